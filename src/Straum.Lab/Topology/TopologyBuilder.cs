using System.Net;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Lab.Topology;

/// <summary>
/// Builds the machines and wires of a lab out of namespaces and veth pairs. Plain forwarding and nothing else: no NAT, no
/// firewall rule, checksums and offloads as the kernel has them. Everything hangs in the router's namespace, so the host's
/// own network is not touched and the wires go with the namespaces.
/// </summary>
public static class TopologyBuilder
{
    /// <exception cref="LinuxException">The kernel refused; EEXIST when a namespace of an earlier lab is there.</exception>
    public static void Build(LabTopology topology)
    {
        using var router = Machine(LabTopology.RouterNamespace, forwards: true);
        using var routerNet = RtNetlink.Open(router);
        var bridge = routerNet.Links.CreateBridge(LabTopology.Bridge);
        Configure(routerNet, bridge, LabTopology.RouterOnFabric);

        using (var client = Machine(LabTopology.ClientNamespace, forwards: false))
        {
            var port = Wire(routerNet, LabTopology.ClientPort, client, LabTopology.Client, LabTopology.RouterOnClientWire);
            Configure(routerNet, port, LabTopology.RouterOnClientWire);
        }
        foreach (var node in topology.Nodes)
        {
            using var ns = Machine(node.Namespace, forwards: true);
            var port = Wire(routerNet, node.Name, ns, node.Uplink, LabTopology.RouterOnFabric);
            routerNet.Links.SetMaster(port.Index, bridge.Index);
            routerNet.Links.SetUp(port.Index);
        }
    }

    private static NetworkNamespace Machine(string name, bool forwards)
    {
        var ns = NetworkNamespace.Create(name);
        ns.Run(() =>
        {
            Sysctl.Write("net.ipv4.ip_forward", forwards ? 1 : 0);
            Sysctl.Write("net.ipv6.conf.all.forwarding", forwards ? 1 : 0);
            Sysctl.Write("net.ipv6.conf.default.accept_ra", 0);
            // IPv4 settings of a new namespace are the host's: some hosts filter asymmetric paths, a fresh machine does not.
            Sysctl.Write("net.ipv4.conf.all.rp_filter", 0);
            Sysctl.Write("net.ipv4.conf.default.rp_filter", 0);
        });
        using var netlink = RtNetlink.Open(ns);
        netlink.Links.SetUp(netlink.Links.Get("lo").Index);
        return ns;
    }

    // Joins a machine to the router and gives it its address and a default route. Returns the router's end, still down.
    private static Link Wire(RtNetlink router, string port, NetworkNamespace machine, DualAddress own, DualAddress gateway)
    {
        var near = router.Links.CreateVeth(port, LabTopology.Uplink, machine);
        using var netlink = RtNetlink.Open(machine);
        var uplink = netlink.Links.Get(LabTopology.Uplink);
        UplinkKeeper.Configure(netlink, uplink, own, gateway);
        return near;
    }

    private static void Configure(RtNetlink netlink, Link link, DualAddress address)
    {
        // Without duplicate address detection: the addresses are usable at once, and nobody else is on these wires.
        netlink.Addresses.Add(link.Index, address.V4, address.PrefixV4);
        netlink.Addresses.Add(link.Index, address.V6, address.PrefixV6, noDad: true);
        netlink.Links.SetUp(link.Index);
    }
}
