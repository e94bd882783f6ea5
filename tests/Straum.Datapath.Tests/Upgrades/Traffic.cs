using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Straum.Linux;

namespace Straum.Datapath.Tests.Upgrades;

/// <summary>
/// Traffic that notices a single lost packet: every request waits for its answer, on connections that last and on sockets that
/// are new each time, to a Service and out of the cluster, and every one that is to be refused for its refusal.
/// </summary>
internal sealed class Traffic : IDisposable
{
    private const int WorldPort = 9;
    private const int PodPort = 7;

    // What is lost is lost for ever; on a busy machine an answer takes its time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TrafficNode _node;
    private readonly TimeSpan _pause;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _servers = [];
    private readonly List<Thread> _threads = [];
    private long _answers;

    /// <param name="node">Whose pods ask.</param>
    /// <param name="pause">Of each of them before the next request: less load, for tests in which much happens beside it.</param>
    public Traffic(TrafficNode node, TimeSpan pause = default)
    {
        (_node, _pause) = (node, pause);
        foreach (var addresses in TrafficAddresses.Both)
        {
            foreach (var port in TrafficNode.BackendPorts)
            {
                ServeDatagrams(node.Backend.Namespace, new IPEndPoint(addresses.Backend, port));
                ServeConnections(node.Backend.Namespace, new IPEndPoint(addresses.Backend, port));
            }
            for (var i = 0; i < TrafficAddresses.WorldAddresses; i++)
            {
                ServeDatagrams(node.World.Namespace, new IPEndPoint(addresses.WorldAddress(i), WorldPort));
            }
            ServeConnections(node.World.Namespace, new IPEndPoint(addresses.WorldAddress(0), WorldPort));
        }
        Array.ForEach(TrafficAddresses.Both, StartAll);
    }

    /// <summary>What was lost or broke, by kind of traffic; empty is the promise.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>Returns when so many more requests were answered, or something broke.</summary>
    public void Wait(long more)
    {
        var until = Answers + more;
        SpinWait.SpinUntil(() => Answers >= until || !Faults.IsEmpty);
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

    private void StartAll(TrafficAddresses addresses)
    {
        var service = new IPEndPoint(addresses.Service, TrafficNode.ServicePort);
        Start($"{addresses}, UDP, one socket, Service", () => Datagrams(service));
        Start($"{addresses}, UDP, new sockets, Service", () => NewDatagrams(_ => service));
        Start($"{addresses}, UDP, new sockets, masqueraded", () => NewDatagrams(i => new IPEndPoint(addresses.WorldAddress(i), WorldPort)));
        Start($"{addresses}, TCP, one connection, Service", () => Connection(service));
        Start($"{addresses}, TCP, one connection, masqueraded", () => Connection(new IPEndPoint(addresses.WorldAddress(0), WorldPort)));
        Start($"{addresses}, TCP, new connections, Service", () => NewConnections(service));
        Start($"{addresses}, UDP, refused", () => RefusedDatagrams(new IPEndPoint(addresses.Service, TrafficNode.RefusedPort)));
        Start($"{addresses}, TCP, refused", () => RefusedConnections(new IPEndPoint(addresses.Service, TrafficNode.RefusedPort)));
        Start($"{addresses}, TCP, from outside, the pod asks", () => ConnectionFromOutside(new IPEndPoint(addresses.Backend, PodPort)));
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
        using var socket = Open(_node.Client.Namespace, to, SocketType.Dgram);
        socket.Connect(to);
        var server = Ask(socket);
        while (!_stop.IsCancellationRequested)
        {
            Ask(socket, server);
        }
    }

    private void NewDatagrams(Func<int, IPEndPoint> to)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            using var socket = Open(_node.Client.Namespace, to(i), SocketType.Dgram);
            socket.Connect(to(i));
            Ask(socket);
        }
    }

    private void Connection(IPEndPoint to)
    {
        using var socket = Open(_node.Client.Namespace, to, SocketType.Stream);
        socket.Connect(to);
        var server = Ask(socket);
        while (!_stop.IsCancellationRequested)
        {
            Ask(socket, server);
        }
        Ask(socket, server);
        CheckNothingWasSentAgain(socket);
    }

    private void NewConnections(IPEndPoint to)
    {
        while (!_stop.IsCancellationRequested)
        {
            using var socket = Open(_node.Client.Namespace, to, SocketType.Stream);
            socket.LingerState = new LingerOption(true, 0);
            socket.Connect(to);
            Ask(socket);
            CheckNothingWasSentAgain(socket);
        }
    }

    private void RefusedDatagrams(IPEndPoint to)
    {
        while (!_stop.IsCancellationRequested)
        {
            using var socket = Open(_node.Client.Namespace, to, SocketType.Dgram);
            socket.Connect(to);
            ExpectRefusal(() => Ask(socket));
        }
    }

    private void RefusedConnections(IPEndPoint to)
    {
        while (!_stop.IsCancellationRequested)
        {
            using var socket = Open(_node.Client.Namespace, to, SocketType.Stream);
            ExpectRefusal(() => socket.Connect(to));
            CheckNothingWasSentAgain(socket);
        }
    }

    private void ExpectRefusal(Action ask)
    {
        try
        {
            ask();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            Answered();
            return;
        }
        throw new SocketException((int)SocketError.IsConnected);
    }

    private void Answered()
    {
        Interlocked.Increment(ref _answers);
        if (_pause > TimeSpan.Zero)
        {
            _stop.Token.WaitHandle.WaitOne(_pause);
        }
    }

    // Who began a connection, and may do so again, is silent first: its next packet would find the flow lost and enter it anew.
    private void ConnectionFromOutside(IPEndPoint at)
    {
        using var listener = Open(_node.Backend.Namespace, at, SocketType.Stream);
        listener.Bind(at);
        listener.Listen(1);
        using var outside = Open(_node.World.Namespace, at, SocketType.Stream);
        outside.Connect(at);
        using var pod = listener.Accept();
        pod.NoDelay = true;
        pod.ReceiveTimeout = pod.SendTimeout = (int)Patience.TotalMilliseconds;
        _ = EchoAsync(outside, 0);
        while (!_stop.IsCancellationRequested)
        {
            Ask(pod);
        }
        Ask(pod);
        CheckNothingWasSentAgain(pod);
    }

    // The first byte of an answer says which server gives it: on one socket it is always the same.
    private int Ask(Socket socket, int expected = -1)
    {
        Span<byte> message = stackalloc byte[8];
        socket.Send(message);
        if (socket.Receive(message) != message.Length || (expected >= 0 && message[0] != expected))
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }
        Answered();
        return message[0];
    }

    // TCP mends a loss: tcpi_total_retrans of struct tcp_info tells of it, a SYN's included. What the other end had already it
    // says (tcpi_dsack_dups, RFC 2883): that was an acknowledgement which took its time on a busy machine, and no loss.
    private static void CheckNothingWasSentAgain(Socket socket)
    {
        const int TcpLevel = 6, TcpInfo = 11, TotalRetransmissions = 100, Duplicates = 216;
        Span<byte> info = stackalloc byte[Duplicates + sizeof(uint)];
        info.Clear();
        socket.GetRawSocketOption(TcpLevel, TcpInfo, info);
        if (BitConverter.ToUInt32(info[TotalRetransmissions..]) > BitConverter.ToUInt32(info[Duplicates..]))
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private static Socket Open(NetworkNamespace within, IPEndPoint at, SocketType type)
    {
        var socket = within.Run(() => new Socket(at.AddressFamily, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp));
        socket.ReceiveTimeout = socket.SendTimeout = (int)Patience.TotalMilliseconds;
        if (type == SocketType.Stream)
        {
            socket.NoDelay = true;
        }
        return socket;
    }

    private void ServeDatagrams(NetworkNamespace within, IPEndPoint at)
    {
        var socket = within.Run(() => new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(at);
        _servers.Add(socket);
        _ = ServeAsync(async () =>
        {
            var buffer = new byte[64];
            while (true)
            {
                var read = await socket.ReceiveFromAsync(buffer, new IPEndPoint(at.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
                buffer[0] = (byte)at.Port;
                await socket.SendToAsync(buffer.AsMemory(0, read.ReceivedBytes), read.RemoteEndPoint);
            }
        });
    }

    private void ServeConnections(NetworkNamespace within, IPEndPoint at)
    {
        var listener = within.Run(() => new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(at);
        listener.Listen(512);
        _servers.Add(listener);
        _ = ServeAsync(async () =>
        {
            while (true)
            {
                var connection = await listener.AcceptAsync();
                connection.NoDelay = true;
                _ = EchoAsync(connection, (byte)at.Port);
            }
        });
    }

    private static async Task EchoAsync(Socket connection, byte name)
    {
        var buffer = new byte[64];
        try
        {
            using (connection)
            {
                while (await connection.ReceiveAsync(buffer) is var read and > 0)
                {
                    buffer[0] = name;
                    await connection.SendAsync(buffer.AsMemory(0, read));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
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
