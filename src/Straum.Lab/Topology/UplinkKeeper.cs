using System.Net;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Lab.Topology;

/// <summary>
/// What the network manager of a real node does: gives the uplink its addresses and default routes, also again after the
/// link was down and the kernel has forgotten them.
/// </summary>
internal static class UplinkKeeper
{
    private static readonly IPNetwork EverythingV4 = new(IPAddress.Any, 0);
    private static readonly IPNetwork EverythingV6 = new(IPAddress.IPv6Any, 0);

    /// <summary>Adds what is missing; the device must be up for the routes to stay.</summary>
    public static void Configure(RtNetlink netlink, Link uplink, DualAddress own, DualAddress gateway)
    {
        // Without duplicate address detection: the addresses are usable at once, and nobody else is on these wires.
        netlink.Addresses.Add(uplink.Index, own.V4, own.PrefixV4);
        netlink.Addresses.Add(uplink.Index, own.V6, own.PrefixV6, noDad: true);
        netlink.Links.SetUp(uplink.Index);
        netlink.Routes.Replace(new Route { Destination = EverythingV4, Gateway = gateway.V4, InterfaceIndex = uplink.Index });
        netlink.Routes.Replace(new Route { Destination = EverythingV6, Gateway = gateway.V6, InterfaceIndex = uplink.Index });
    }

    /// <summary>Watches the uplink of a node and configures it whenever it comes up or loses an address while it is up, until stopped.</summary>
    public static async Task RunAsync(NodePlan node, DualAddress gateway, Action<string> log, CancellationToken stop)
    {
        using var ns = NetworkNamespace.Open(node.Namespace);
        using var netlink = RtNetlink.Open(ns);
        using var monitor = RtNetlinkMonitor.Open(ns, NetlinkGroups.Links | NetlinkGroups.Addresses);
        await foreach (var change in monitor.ReadAllAsync(stop))
        {
            try
            {
                if (ToConfigure(change, netlink) is { } uplink)
                {
                    Configure(netlink, uplink, node.Uplink, gateway);
                }
            }
            catch (LinuxException e)
            {
                // Down again already: its coming up is another event.
                log($"{node.Name}: {e.Message}");
            }
        }
    }

    private static Link? ToConfigure(NetlinkEvent change, RtNetlink netlink) => change switch
    {
        NetlinkEvent.LinkChanged { Deleted: false, Link: { Name: LabTopology.Uplink, IsUp: true } uplink } => uplink,
        // Addresses also go when the link goes down, and that is the user's wish.
        NetlinkEvent.AddressChanged { Deleted: true, Address: var address }
            when netlink.Links.Get(LabTopology.Uplink) is { IsUp: true } uplink && address.InterfaceIndex == uplink.Index => uplink,
        _ => null,
    };
}
