using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Straum.Doctor.Bench;

/// <summary>
/// The other end of <see cref="NetClient"/>. The first byte of a connection says what it is for: everything that follows is
/// taken in and then counted (<see cref="Sink"/>), or each byte is answered with one (<see cref="Echo"/>).
/// </summary>
public sealed class NetServer : IDisposable
{
    internal const byte Sink = (byte)'S', Echo = (byte)'E';

    private readonly Socket _socket;

    /// <exception cref="SocketException">The port is taken.</exception>
    public NetServer(IPEndPoint at)
    {
        _socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (at.AddressFamily == AddressFamily.InterNetworkV6)
        {
            _socket.DualMode = true;
        }
        _socket.Bind(at);
        _socket.Listen(4096);
    }

    /// <summary>With the port that the kernel chose when none was asked for.</summary>
    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Serves until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var client = await _socket.AcceptAsync(stop).ConfigureAwait(false);
            _ = ServeAsync(client, stop);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static async Task ServeAsync(Socket client, CancellationToken stop)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                var buffer = new byte[256 * 1024];
                if (await client.ReceiveAsync(buffer.AsMemory(0, 1), stop).ConfigureAwait(false) == 0)
                {
                    return;
                }
                await (buffer[0] == Sink ? SinkAsync(client, buffer, stop) : EchoAsync(client, buffer, stop)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The client went away, or this program ends.
            }
        }
    }

    private static async Task SinkAsync(Socket client, byte[] buffer, CancellationToken stop)
    {
        long total = 0;
        while (await client.ReceiveAsync(buffer, stop).ConfigureAwait(false) is > 0 and var length)
        {
            total += length;
        }
        BinaryPrimitives.WriteInt64BigEndian(buffer, total);
        await client.SendAsync(buffer.AsMemory(0, sizeof(long)), stop).ConfigureAwait(false);
    }

    private static async Task EchoAsync(Socket client, byte[] buffer, CancellationToken stop)
    {
        while (await client.ReceiveAsync(buffer, stop).ConfigureAwait(false) is > 0 and var length)
        {
            await client.SendAsync(buffer.AsMemory(0, length), stop).ConfigureAwait(false);
        }
    }
}
