namespace Straum.Bench.Bed;

/// <summary>
/// The wire between nodes: a bridge in a router's namespace, as in the lab. Straum's nodes and the plain ones hang on the same
/// one, so that both meet the same wire.
/// </summary>
internal sealed class Fabric : IDisposable
{
    public const string Router4 = "172.31.0.1";
    private readonly List<Machine> _machines = [];
    private readonly CancellationTokenRegistration _stopping;

    private Fabric(CancellationToken stop)
    {
        Stop = stop;
        Router = AddMachine("router", "router");
        _stopping = stop.Register(BedNames.EndProcesses);
    }

    public Machine Router { get; }

    /// <summary>Ends every process of the bed, and so whatever waits for one.</summary>
    public CancellationToken Stop { get; }

    /// <summary>Removes what an earlier run left, and builds the router.</summary>
    /// <param name="stop"><see cref="Stop"/>.</param>
    public static Fabric Create(CancellationToken stop)
    {
        BedNames.RemoveEverything();
        try
        {
            var fabric = new Fabric(stop);
            fabric.Router.Sysctl("net.ipv4.ip_forward", 1);
            fabric.Router.Ip($"""
                link add fabric type bridge mcast_snooping 0
                addr add {Router4}/16 dev fabric
                addr add fd31::1/64 dev fabric nodad
                link set fabric up
                """);
            return fabric;
        }
        catch
        {
            BedNames.RemoveEverything();
            throw;
        }
    }

    /// <inheritdoc cref="Machine.Create"/>
    public Machine AddMachine(string name, string group)
    {
        var machine = Machine.Create(name, group, Stop);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>A machine with an eth0 on the wire.</summary>
    public Machine AddNode(string name, int index)
    {
        var node = AddMachine(name, name);
        node.Sysctl("net.ipv4.ip_forward", 1);
        node.Sysctl("net.ipv6.conf.all.forwarding", 1);
        node.Sysctl("net.ipv4.conf.all.rp_filter", 0);
        node.Sysctl("net.ipv4.conf.default.rp_filter", 0);
        Router.Ip($"""
            link add {name} type veth peer name eth0 netns {node.NamespaceName}
            link set {name} master fabric up
            """);
        node.Ip($"""
            addr add {NodeAddresses.V4(index)}/16 dev eth0
            addr add {NodeAddresses.V6(index)}/64 dev eth0 nodad
            link set eth0 up
            route add default via {Router4}
            """);
        return node;
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _machines.ForEach(static m => m.Dispose());
        BedNames.RemoveEverything();
    }
}
