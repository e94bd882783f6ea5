using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Straum.Doctor.Dns;

/// <summary>One question in one datagram, timed: no retries and no cache, which is what makes the figure mean something.</summary>
internal static class DnsClient
{
    private const int LargestReply = 4096;

    /// <param name="server">Where to ask.</param>
    /// <param name="question">What to ask.</param>
    /// <param name="patience">How long to wait for the answer.</param>
    /// <param name="open">Opens the socket in the right namespace.</param>
    /// <param name="stop">Gives up; unlike patience, with an exception.</param>
    public static async Task<DnsReply> AskAsync(
        IPEndPoint server, DnsQuestion question, TimeSpan patience, Func<Func<Socket>, Socket> open, CancellationToken stop)
    {
        var query = DnsMessage.Query((ushort)Random.Shared.Next(ushort.MaxValue), question);
        using var socket = open(() => new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(patience);
        var started = Stopwatch.GetTimestamp();
        try
        {
            await socket.ConnectAsync(server, deadline.Token).ConfigureAwait(false);
            await socket.SendAsync(query, deadline.Token).ConfigureAwait(false);
            var buffer = new byte[LargestReply];
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer, deadline.Token).ConfigureAwait(false);
                if (DnsMessage.TryReadReply(buffer.AsSpan(0, length), query, out var code, out var answers, out var truncated))
                {
                    return new DnsReply(code, answers, Stopwatch.GetElapsedTime(started), truncated);
                }
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new DnsReply(null, 0, Stopwatch.GetElapsedTime(started), Fault: $"no answer within {patience.TotalSeconds:0.#} s");
        }
        catch (SocketException e)
        {
            return new DnsReply(null, 0, Stopwatch.GetElapsedTime(started), Fault: e.Message);
        }
    }
}
