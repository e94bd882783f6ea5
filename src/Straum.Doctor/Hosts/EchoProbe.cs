using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Straum.Doctor.Hosts;

/// <summary>
/// ICMP echoes of a chosen size that must not be fragmented. The kernel's memory of path MTUs is left out of it
/// (IP_PMTUDISC_PROBE): each packet goes out as large as it is, and what routers say about it is listened to.
/// </summary>
internal static class EchoProbe
{
    private const int IcmpHeader = 8;

    /// <param name="peer">Whom to ask.</param>
    /// <param name="plan">What to send.</param>
    /// <param name="open">Opens the socket in the right namespace. Raw sockets want CAP_NET_RAW.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<IReadOnlyList<Echo>> RunAsync(IPAddress peer, EchoPlan plan, Func<Func<Socket>, Socket> open, CancellationToken stop)
    {
        var wire = peer.AddressFamily == AddressFamily.InterNetworkV6 ? EchoWire.V6 : EchoWire.V4;
        using var socket = open(() => wire.Open());
        socket.Bind(new IPEndPoint(wire.Any, 0));
        var to = new IPEndPoint(peer, 0);
        var id = (ushort)Random.Shared.Next(1, ushort.MaxValue);
        var sent = new long[plan.Count];
        var echoes = new Echo[plan.Count];
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // Not connected: routers' words about our packets come from their own addresses.
        var listening = ListenAsync(socket, peer, wire, id, sent, echoes, enough);
        for (var i = 0; i < plan.Count; i++)
        {
            var packet = new byte[Math.Max(IcmpHeader, plan.Size - wire.IpHeader)];
            packet[0] = wire.Request;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), id);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)i);
            wire.Seal(packet);
            sent[i] = Stopwatch.GetTimestamp();
            try
            {
                await socket.SendToAsync(packet, to, stop).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
            {
                echoes[i] = new Echo(null, 0);
            }
            catch (SocketException)
            {
                // An error about an earlier packet: unreachable, refused. This one counts as lost.
            }
            if (i + 1 < plan.Count)
            {
                await Task.Delay(plan.Interval, stop).ConfigureAwait(false);
            }
        }
        enough.CancelAfter(plan.Patience);
        await listening.ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return echoes;
    }

    /// <summary>Ends when every packet has its answer, or when told.</summary>
    private static async Task ListenAsync(Socket socket, IPAddress peer, EchoWire wire, ushort id, long[] sent, Echo[] echoes, CancellationTokenSource enough)
    {
        var buffer = new byte[ushort.MaxValue];
        while (Array.Exists(echoes, static e => e is { RoundTrip: null, TooBigFor: null }))
        {
            SocketReceiveFromResult received;
            try
            {
                received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(wire.Any, 0), enough.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                continue;
            }
            var now = Stopwatch.GetTimestamp();
            if (wire.Read(buffer.AsSpan(0, received.ReceivedBytes), id) is { } answer && answer.Sequence < echoes.Length
                && (answer.TooBigFor is not null || SameHost(received.RemoteEndPoint, peer)))
            {
                echoes[answer.Sequence] = answer.TooBigFor is { } mtu
                    ? new Echo(null, mtu)
                    : new Echo(Stopwatch.GetElapsedTime(sent[answer.Sequence], now));
            }
        }
    }

    private static bool SameHost(EndPoint from, IPAddress peer) =>
        from is IPEndPoint { Address: var address } && address.GetAddressBytes().AsSpan().SequenceEqual(peer.GetAddressBytes());
}
