using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Straum.Datapath.Tests.Upgrades;

/// <summary>
/// Many UDP flows of one pod to one address and port, each on a socket of its own. Whoever answers them sees for each the same
/// sender for as long as it lasts, and no two with one sender: to a host outside they differ by the node's port alone.
/// </summary>
internal sealed class LastingFlows : IDisposable
{
    // What is lost is lost for ever; on a busy machine an answer takes its time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TrafficNode _node;
    private readonly IPEndPoint _to;
    private readonly List<Socket> _servers = [];
    private readonly List<Thread> _threads = [];
    private readonly List<Socket> _flows = [];
    private readonly ConcurrentDictionary<int, (int Server, EndPoint Sender)> _seen = new();
    private readonly ConcurrentDictionary<EndPoint, int> _senders = new();

    private LastingFlows(TrafficNode node, IPEndPoint to, TestNamespace servers, IPAddress address, params ReadOnlySpan<int> ports)
    {
        (_node, _to) = (node, to);
        foreach (var port in ports)
        {
            Serve(servers, new IPEndPoint(address, port));
        }
    }

    /// <summary>To a host outside of the cluster, with the node's address.</summary>
    public static LastingFlows Masqueraded(TrafficNode node, TrafficAddresses addresses) =>
        new(node, new IPEndPoint(addresses.WorldAddress(0), 9), node.World, addresses.WorldAddress(0), 9);

    public static LastingFlows ToService(TrafficNode node, TrafficAddresses addresses) =>
        new(node, new IPEndPoint(addresses.Service, TrafficNode.ServicePort), node.Backend, addresses.Backend, TrafficNode.BackendPorts);

    public int Count => _flows.Count;

    /// <summary>What went wrong; empty is the promise.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>So many more flows, each answered once.</summary>
    public void Begin(int count)
    {
        for (var i = 0; i < count && Faults.IsEmpty; i++)
        {
            var socket = _node.Client.Namespace.Run(() => new Socket(_to.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
            socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
            socket.Connect(_to);
            _flows.Add(socket);
            Ask(_flows.Count - 1);
        }
    }

    /// <summary>Every flow that there is asks again.</summary>
    public void AskAll()
    {
        for (var flow = 0; flow < _flows.Count && Faults.IsEmpty; flow++)
        {
            Ask(flow);
        }
    }

    public void Dispose()
    {
        _servers.ForEach(s => s.Dispose());
        _threads.ForEach(t => t.Join());
        _flows.ForEach(s => s.Dispose());
    }

    private void Ask(int flow)
    {
        Span<byte> message = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(message, flow);
        try
        {
            _flows[flow].Send(message);
            if (_flows[flow].Receive(message) != message.Length || BinaryPrimitives.ReadInt32LittleEndian(message) != flow)
            {
                Faults.Enqueue($"flow {flow} of {_flows.Count} to {_to} got another's answer");
            }
        }
        catch (SocketException e)
        {
            Faults.Enqueue($"flow {flow} of {_flows.Count} to {_to}: {e.SocketErrorCode}");
        }
    }

    private void Serve(TestNamespace within, IPEndPoint at)
    {
        var socket = within.Namespace.Run(() => new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(at);
        _servers.Add(socket);
        var thread = new Thread(() =>
        {
            try
            {
                Answer(socket, at.Port);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed.
            }
        });
        _threads.Add(thread);
        thread.Start();
    }

    private void Answer(Socket socket, int server)
    {
        var message = new byte[sizeof(int)];
        EndPoint from = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            socket.ReceiveFrom(message, ref from);
            var flow = BinaryPrimitives.ReadInt32LittleEndian(message);
            if (_seen.GetOrAdd(flow, (server, from)) is var before && !before.Equals((server, from)))
            {
                Faults.Enqueue($"flow {flow} to {_to} moved from {before} to {(server, from)}");
            }
            if (_senders.GetOrAdd(from, flow) is var other && other != flow)
            {
                Faults.Enqueue($"flows {other} and {flow} to {_to} are both {from}");
            }
            socket.SendTo(message, from);
        }
    }
}
