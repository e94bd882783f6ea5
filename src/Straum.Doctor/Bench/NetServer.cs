using System.Buffers.Binary;
using System.Collections.Concurrent;
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

    /// <summary>What is written and read at a time; iperf3's default for TCP.</summary>
    internal const int Block = 128 * 1024;

    private readonly Socket _socket;
    private readonly BlockingCollection<Socket> _accepted = [];

    /// <summary>Threads that have no connection, less the connections that have no thread.</summary>
    private int _free;

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

    /// <summary>Serves until stopped; each connection on a thread that has no other as long as it lasts.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                _accepted.Add(await _socket.AcceptAsync(stop).ConfigureAwait(false), stop);
                // Most connections of a measurement end at once. A thread made for each would be what is measured, so threads stay.
                if (Interlocked.Decrement(ref _free) < 0)
                {
                    Interlocked.Increment(ref _free);
                    new Thread(() => ServeInTurn(stop)) { IsBackground = true, Name = "bench serve" }.Start();
                }
            }
        }
        finally
        {
            while (_accepted.TryTake(out var client))
            {
                client.Dispose();
            }
        }
    }

    // The collection needs no disposal, and threads may still be taking from it.
    public void Dispose() => _socket.Dispose();

    private void ServeInTurn(CancellationToken stop)
    {
        var buffer = new byte[Block];
        try
        {
            while (true)
            {
                Serve(_accepted.Take(stop), buffer, stop);
                Interlocked.Increment(ref _free);
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    /// <summary>
    /// Blocks its thread in the kernel, and nothing asynchronous on the socket before: that would put it into non-blocking mode
    /// for good, and each read would wait for the runtime's event loop to wake its thread.
    /// </summary>
    private static void Serve(Socket client, byte[] buffer, CancellationToken stop)
    {
        using (client)
        using (stop.Register(client.Dispose))
        {
            try
            {
                client.NoDelay = true;
                if (client.Receive(buffer, 1, SocketFlags.None) == 0)
                {
                    return;
                }
                (buffer[0] == Sink ? (Action<Socket, byte[]>)TakeIn : Answer)(client, buffer);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client went away, or this program ends.
            }
        }
    }

    private static void TakeIn(Socket client, byte[] buffer)
    {
        long total = 0;
        while (client.Receive(buffer) is > 0 and var length)
        {
            total += length;
        }
        BinaryPrimitives.WriteInt64BigEndian(buffer, total);
        client.Send(buffer, sizeof(long), SocketFlags.None);
    }

    private static void Answer(Socket client, byte[] buffer)
    {
        while (client.Receive(buffer) is > 0 and var length)
        {
            client.Send(buffer, length, SocketFlags.None);
        }
    }
}
