using System.Net;
using System.Net.Sockets;
using Straum.Lab.Echo;

namespace Straum.Lab.Supervision;

/// <summary>Passes the connections to one socket on to another address, byte by byte.</summary>
internal static class TcpRelay
{
    private const int Backlog = 128;

    /// <summary>Relays until stopped.</summary>
    /// <param name="listener">Bound; in any network namespace.</param>
    /// <param name="host">Name or address of the server.</param>
    /// <param name="port">Its port.</param>
    /// <param name="open">
    /// Makes the sockets that reach it. Not simply <c>new Socket</c>: threads inherit the network namespace of the thread
    /// that started them, so those of the pool may be in any that this program has entered.
    /// </param>
    /// <param name="stop">Ends it, and every connection.</param>
    public static async Task RunAsync(Socket listener, string host, int port, OpenSocket open, CancellationToken stop)
    {
        listener.Listen(Backlog);
        while (true)
        {
            _ = RelayAsync(await listener.AcceptAsync(stop), host, port, open, stop);
        }
    }

    private static async Task RelayAsync(Socket client, string host, int port, OpenSocket open, CancellationToken stop)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            using var near = new NetworkStream(client, ownsSocket: true);
            using var far = new NetworkStream(await ConnectAsync(host, port, open, stop), ownsSocket: true);
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

    private static async Task<Socket> ConnectAsync(string host, int port, OpenSocket open, CancellationToken stop)
    {
        var addresses = await Dns.GetHostAddressesAsync(host, stop);
        for (var i = 0; ; i++)
        {
            var socket = open(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.NoDelay = true;
                await socket.ConnectAsync(new IPEndPoint(addresses[i], port), stop);
                return socket;
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
