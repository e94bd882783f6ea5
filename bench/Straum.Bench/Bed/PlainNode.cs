namespace Straum.Bench.Bed;

/// <summary>
/// The baseline: a node whose pods hang on veth pairs like Straum's and whose kernel forwards by its routing table, with
/// nothing else: no filter, no connection tracking, no address translation.
/// </summary>
/// <param name="fabric">The wire.</param>
/// <param name="name">Of the node.</param>
/// <param name="index">Its number, which gives its addresses.</param>
internal sealed class PlainNode(Fabric fabric, string name, int index)
{
    private const string Gateway = "169.254.1.1";
    private const int VxlanOverhead = 50;
    private int _pods;

    public Machine Machine { get; } = fabric.AddNode(name, index);

    public int Mtu { get; private set; } = 1500;

    /// <summary>A route to the other node's pods over the wire.</summary>
    public void RouteTo(int other) => Machine.Ip($"route add {NodeAddresses.PodsV4(other)} via {NodeAddresses.V4(other)}");

    /// <summary>A VXLAN to the other node and a route to its pods through it. Pods that are added later have its MTU.</summary>
    public void TunnelTo(int other)
    {
        Mtu -= VxlanOverhead;
        Machine.Ip($"""
            link add vxlan1 mtu {Mtu} type vxlan id 7 dstport 4789 local {NodeAddresses.V4(index)} remote {NodeAddresses.V4(other)} dev eth0
            addr add 10.255.0.{index}/24 dev vxlan1
            link set vxlan1 up
            route add {NodeAddresses.PodsV4(other)} via 10.255.0.{other} dev vxlan1
            """);
    }

    /// <summary>A pod with a /32 and a gateway that its own veth answers for.</summary>
    public BenchPod AddPod(string pod)
    {
        var device = $"veth-{pod}";
        var address = $"10.245.{index}.{++_pods + 1}";
        var machine = fabric.AddMachine($"{name}-{pod}", $"{name}/{pod}");
        Machine.Ip($"link add {device} mtu {Mtu} type veth peer name eth0 mtu {Mtu} netns {machine.NamespaceName}");
        Machine.Sysctl($"net.ipv4.conf.{device}.proxy_arp", 1);
        Machine.Ip($"""
            link set {device} up
            route add {address} dev {device}
            """);
        machine.Ip($"""
            addr add {address}/32 dev eth0
            link set eth0 up
            route add {Gateway} dev eth0 scope link
            route add default via {Gateway}
            """);
        return new BenchPod(machine, address);
    }
}
