using System.Net;
using System.Net.Sockets;

namespace Straum.Lab.Supervision;

/// <summary>Passes the connections to one socket on to another address, byte by byte.</summary>
internal static class TcpRelay
{
    private const int Backlog = 128;

    /// <summary>Relays until stopped.</summary>
    /// <param name="listener">Bound; in any network namespace.</param>
    /// <param name="server">Reached from this program's own.</param>
    /// <param name="stop">Ends it, and every connection.</param>
    public static async Task RunAsync(Socket listener, EndPoint server, CancellationToken stop)
    {
        listener.Listen(Backlog);
        while (true)
        {
            _ = RelayAsync(await listener.AcceptAsync(stop), server, stop);
        }
    }

    private static async Task RelayAsync(Socket client, EndPoint server, CancellationToken stop)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            using var near = new NetworkStream(client, ownsSocket: true);
            using var far = new NetworkStream(await ConnectAsync(server, stop), ownsSocket: true);
            var directions = new[] { near.CopyToAsync(far, ends.Token), far.CopyToAsync(near, ends.Token) };
            // Either side's end is the end: a client of the API opens another connection.
            await Task.WhenAny(directions);
            await ends.CancelAsync();
            await Task.WhenAll(directions);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // The client sees its connection closed, as with any proxy.
        }
    }

    private static async Task<Socket> ConnectAsync(EndPoint server, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
