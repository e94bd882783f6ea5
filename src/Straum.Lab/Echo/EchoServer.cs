using System.Net;
using System.Net.Sockets;

namespace Straum.Lab.Echo;

/// <summary>
/// The sample workload: answers HTTP/1.1, lines on TCP and datagrams on UDP, over IPv4 and IPv6, and says who answered, at
/// which address it was reached and which source it saw. Raw sockets: a pod of it starts in milliseconds.
/// </summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly EchoIdentity _identity;
    private readonly OpenSocket _open;
    private readonly CancellationTokenSource _closed = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _loops = [];
    private volatile bool _ready = true;

    /// <param name="identity">Who the answers say they come from.</param>
    /// <param name="open">Makes its sockets; null for this process's own network namespace.</param>
    public EchoServer(EchoIdentity identity, OpenSocket? open = null)
    {
        _identity = identity;
        _open = open ?? Here;
    }

    /// <summary>What <c>/ready</c> says: true until <see cref="RunAsync"/> is told to stop.</summary>
    public bool IsReady => _ready;

    /// <summary>Answers HTTP on a port of every address. Returns the port (for 0, the one that was free). Throws <see cref="SocketException"/> when it is taken.</summary>
    public int ListenHttp(int port) => Listen(port, new HttpEcho(_identity, this).ServeAsync);

    /// <summary>Answers lines on a TCP port of every address. Returns the port (for 0, the one that was free). Throws <see cref="SocketException"/> when it is taken.</summary>
    public int ListenTcp(int port) => Listen(port, new LineEcho(_identity).ServeAsync);

    /// <summary>Answers datagrams on a UDP port of every address. Returns the port (for 0, the one that was free). Throws <see cref="SocketException"/> when it is taken.</summary>
    public int ListenUdp(int port)
    {
        var echo = new DatagramEcho(_identity, _open);
        var bound = echo.Bind(port);
        _loops.Add(echo.RunAsync(_closed.Token));
        return bound;
    }

    /// <summary>Serves until <paramref name="stop"/>; then is not ready, but keeps serving for <paramref name="drain"/>.</summary>
    public async Task RunAsync(TimeSpan drain, CancellationToken stop)
    {
        // By a callback: whoever is done with the cancelling finds it not ready.
        await using var stopped = stop.Register(() => _ready = false);
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(drain, CancellationToken.None);
    }

    /// <summary>Closes every socket and waits until no request is being answered.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _sockets.ForEach(static s => s.Dispose());
        await Task.WhenAll(_loops);
        _closed.Dispose();
    }

    private int Listen(int port, Func<Socket, CancellationToken, Task> serve)
    {
        var listener = NewSocket(_open, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(listener);
        listener.Bind(new IPEndPoint(AnyOf(listener), port));
        listener.Listen(512);
        _loops.Add(AcceptAsync(listener, serve));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    private async Task AcceptAsync(Socket listener, Func<Socket, CancellationToken, Task> serve)
    {
        while (!_closed.IsCancellationRequested)
        {
            try
            {
                var connection = await listener.AcceptAsync(_closed.Token);
                connection.NoDelay = true;
                _ = ServeAsync(connection, serve);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that reset before it was accepted, or no free descriptor: neither ends the server.
                await Task.Delay(TimeSpan.FromMilliseconds(20), _closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket connection, Func<Socket, CancellationToken, Task> serve)
    {
        try
        {
            await serve(connection, _closed.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or the server did.
        }
        finally
        {
            connection.Dispose();
        }
    }

    /// <summary>A socket for both families, or for IPv4 alone where the kernel has no IPv6.</summary>
    internal static Socket NewSocket(OpenSocket open, SocketType type, ProtocolType protocol)
    {
        if (!Socket.OSSupportsIPv6)
        {
            return open(AddressFamily.InterNetwork, type, protocol);
        }
        var socket = open(AddressFamily.InterNetworkV6, type, protocol);
        socket.DualMode = true;
        return socket;
    }

    internal static Socket Here(AddressFamily family, SocketType type, ProtocolType protocol) => new(family, type, protocol);

    internal static IPAddress AnyOf(Socket socket) =>
        socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
}
