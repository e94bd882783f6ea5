using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Straum.Linux;

namespace Straum.Datapath.Tests.Upgrades;

/// <summary>
/// Traffic that notices a single lost packet: every request waits for its answer, on connections that last and on sockets that
/// are new each time, to a Service and out of the cluster.
/// </summary>
internal sealed class Traffic : IDisposable
{
    private const int WorldPort = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TrafficNode _node;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _servers = [];
    private readonly List<Thread> _threads = [];
    private long _answers;

    public Traffic(TrafficNode node)
    {
        _node = node;
        ServeDatagrams(node.Backend.Namespace, new IPEndPoint(TrafficNode.BackendAddress, TrafficNode.BackendPort));
        ServeConnections(node.Backend.Namespace, TrafficNode.BackendPort);
        for (var i = 0; i < TrafficNode.WorldAddresses; i++)
        {
            ServeDatagrams(node.World.Namespace, new IPEndPoint(TrafficNode.WorldAddress(i), WorldPort));
        }
        ServeConnections(node.World.Namespace, WorldPort);
        var service = new IPEndPoint(TrafficNode.ServiceAddress, TrafficNode.ServicePort);
        Start("UDP, one socket, Service", () => Datagrams(service));
        Start("UDP, new sockets, Service", () => NewDatagrams(_ => service));
        Start("UDP, new sockets, masqueraded", () => NewDatagrams(i => new IPEndPoint(TrafficNode.WorldAddress(i), WorldPort)));
        Start("TCP, one connection, Service", () => Connection(service));
        Start("TCP, one connection, masqueraded", () => Connection(new IPEndPoint(TrafficNode.WorldAddress(0), WorldPort)));
        Start("TCP, new connections, Service", () => NewConnections(service));
    }

    /// <summary>What was lost or broke, by kind of traffic; empty is the promise.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>Returns when so many more requests were answered, or something broke.</summary>
    public void Wait(long more)
    {
        for (var until = Answers + more; Answers < until && Faults.IsEmpty;)
        {
            Thread.Yield();
        }
    }

    public void Stop()
    {
        _stop.Cancel();
        _threads.ForEach(t => t.Join());
    }

    public void Dispose()
    {
        Stop();
        _servers.ForEach(s => s.Dispose());
        _stop.Dispose();
    }

    private void Start(string kind, Action work)
    {
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (SocketException e)
            {
                Faults.Enqueue($"{kind}, after {Answers} answers: {e.SocketErrorCode}");
            }
        });
        _threads.Add(thread);
        thread.Start();
    }

    private void Datagrams(IPEndPoint to)
    {
        using var socket = Open(_node.Client.Namespace, SocketType.Dgram);
        socket.Connect(to);
        while (!_stop.IsCancellationRequested)
        {
            Ask(socket);
        }
    }

    private void NewDatagrams(Func<int, IPEndPoint> to)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            using var socket = Open(_node.Client.Namespace, SocketType.Dgram);
            socket.Connect(to(i));
            Ask(socket);
        }
    }

    private void Connection(IPEndPoint to)
    {
        using var socket = Open(_node.Client.Namespace, SocketType.Stream);
        socket.Connect(to);
        while (!_stop.IsCancellationRequested)
        {
            Ask(socket);
        }
        CheckNothingWasSentAgain(socket);
    }

    private void NewConnections(IPEndPoint to)
    {
        while (!_stop.IsCancellationRequested)
        {
            using var socket = Open(_node.Client.Namespace, SocketType.Stream);
            socket.LingerState = new LingerOption(true, 0);
            socket.Connect(to);
            Ask(socket);
            CheckNothingWasSentAgain(socket);
        }
    }

    private void Ask(Socket socket)
    {
        Span<byte> message = stackalloc byte[8];
        socket.Send(message);
        if (socket.Receive(message) != message.Length)
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }
        Interlocked.Increment(ref _answers);
    }

    // TCP mends a loss: tcpi_total_retrans of struct tcp_info tells of it, a SYN's included.
    private static void CheckNothingWasSentAgain(Socket socket)
    {
        const int TcpLevel = 6, TcpInfo = 11, TotalRetransmissions = 100;
        Span<byte> info = stackalloc byte[104];
        socket.GetRawSocketOption(TcpLevel, TcpInfo, info);
        if (BitConverter.ToUInt32(info[TotalRetransmissions..]) != 0)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private static Socket Open(NetworkNamespace within, SocketType type)
    {
        var socket = within.Run(() => new Socket(AddressFamily.InterNetwork, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp));
        socket.ReceiveTimeout = socket.SendTimeout = (int)Patience.TotalMilliseconds;
        if (type == SocketType.Stream)
        {
            socket.NoDelay = true;
        }
        return socket;
    }

    private void ServeDatagrams(NetworkNamespace within, IPEndPoint at)
    {
        var socket = within.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(at);
        _servers.Add(socket);
        _ = ServeAsync(async () =>
        {
            var buffer = new byte[64];
            while (true)
            {
                var read = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await socket.SendToAsync(buffer.AsMemory(0, read.ReceivedBytes), read.RemoteEndPoint);
            }
        });
    }

    private void ServeConnections(NetworkNamespace within, int port)
    {
        var listener = within.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen(512);
        _servers.Add(listener);
        _ = ServeAsync(async () =>
        {
            while (true)
            {
                var connection = await listener.AcceptAsync();
                connection.NoDelay = true;
                _ = EchoAsync(connection);
            }
        });
    }

    private static async Task EchoAsync(Socket connection)
    {
        var buffer = new byte[64];
        try
        {
            using (connection)
            {
                while (await connection.ReceiveAsync(buffer) is var read and > 0)
                {
                    await connection.SendAsync(buffer.AsMemory(0, read));
                }
            }
        }
        catch (SocketException)
        {
            // The client went with a reset.
        }
    }

    private static async Task ServeAsync(Func<Task> serve)
    {
        try
        {
            await serve();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
