using System.Net;
using System.Net.Sockets;

namespace Straum.Lab.Echo;

/// <summary>
/// Answers every datagram with one, from the very address that it was sent to. The kernel would choose the answer's source
/// by route, which is another address on a host that has several; so the first datagram to an address opens a socket bound
/// to it, which from then on takes precedence over the wildcard one.
/// </summary>
internal sealed class DatagramEcho(EchoIdentity identity, OpenSocket open)
{
    private readonly Dictionary<IPAddress, Socket> _perAddress = [];
    private readonly List<Task> _loops = [];
    private readonly Socket _wildcard = EchoServer.NewSocket(open, SocketType.Dgram, ProtocolType.Udp);
    private int _port;

    /// <summary>Binds the wildcard socket. Returns the port.</summary>
    public int Bind(int port)
    {
        _wildcard.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (_wildcard.AddressFamily == AddressFamily.InterNetworkV6)
        {
            _wildcard.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, true);
        }
        else
        {
            _wildcard.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
        }
        _wildcard.Bind(new IPEndPoint(EchoServer.AnyOf(_wildcard), port));
        return _port = ((IPEndPoint)_wildcard.LocalEndPoint!).Port;
    }

    /// <summary>Answers until told to stop, then closes its sockets.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await ServeWildcardAsync(stop);
        await Task.WhenAll(_loops);
        _wildcard.Dispose();
        foreach (var socket in _perAddress.Values)
        {
            socket.Dispose();
        }
    }

    private Task ServeWildcardAsync(CancellationToken stop) => LoopAsync(async buffer =>
    {
        var read = await _wildcard.ReceiveMessageFromAsync(buffer, SocketFlags.None, new IPEndPoint(EchoServer.AnyOf(_wildcard), 0), stop);
        var local = EchoIdentity.Unmapped(read.PacketInformation.Address);
        await AnswerAsync(SocketOf(local, stop), new IPEndPoint(local, _port), (IPEndPoint)read.RemoteEndPoint, buffer.AsMemory(0, read.ReceivedBytes), stop);
    }, stop);

    private Task ServeAddressAsync(Socket socket, IPEndPoint local, CancellationToken stop) => LoopAsync(async buffer =>
    {
        var read = await socket.ReceiveFromAsync(buffer, new IPEndPoint(local.Address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0), stop);
        await AnswerAsync(socket, local, (IPEndPoint)read.RemoteEndPoint, buffer.AsMemory(0, read.ReceivedBytes), stop);
    }, stop);

    private static async Task LoopAsync(Func<byte[], Task> answerOne, CancellationToken stop)
    {
        var buffer = new byte[ushort.MaxValue];
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await answerOne(buffer);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The ICMP error of an earlier answer, or an answer that found no route: the next client is not concerned.
            }
        }
    }

    private async Task AnswerAsync(Socket socket, IPEndPoint local, IPEndPoint remote, ReadOnlyMemory<byte> request, CancellationToken stop)
    {
        var answer = identity.Answer("udp", local, remote, request.Length, EchoRequest.SizeIn(request.Span));
        if (socket == _wildcard && socket.AddressFamily == AddressFamily.InterNetworkV6)
        {
            remote = new IPEndPoint(remote.Address.MapToIPv6(), remote.Port);
        }
        else if (remote.Address.IsIPv4MappedToIPv6)
        {
            remote = new IPEndPoint(remote.Address.MapToIPv4(), remote.Port);
        }
        await socket.SendToAsync(answer, SocketFlags.None, remote, stop);
    }

    private Socket SocketOf(IPAddress local, CancellationToken stop)
    {
        if (_perAddress.TryGetValue(local, out var known))
        {
            return known;
        }
        var socket = open(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(local, _port));
        }
        catch (SocketException)
        {
            // A broadcast or multicast destination is not an address one can answer from.
            socket.Dispose();
            return _wildcard;
        }
        _perAddress.Add(local, socket);
        _loops.Add(ServeAddressAsync(socket, new IPEndPoint(local, _port), stop));
        return socket;
    }
}
