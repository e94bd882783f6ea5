using Straum.Linux.Netlink;

namespace Straum.Datapath.Nodes;

/// <summary>
/// The one VXLAN device: flow-based, so a packet's tunnel is chosen by the programs and not by a forwarding
/// table. It learns nothing and asks for no neighbour; the inner MACs mean nothing.
/// </summary>
public static class OverlayDevice
{
    public const string Name = "straum.vxlan";

    /// <summary>Bytes that VXLAN adds over an IPv4 underlay: outer IP 20, UDP 8, VXLAN 8, inner Ethernet 14.</summary>
    public const int OverheadV4 = 50;

    /// <summary>The same over IPv6.</summary>
    public const int OverheadV6 = 70;

    /// <summary>Makes the device or brings it to these settings. Returns its index.</summary>
    public static int Ensure(RtNetlink netlink, ushort port, int mtu)
    {
        if (netlink.Links.TryGet(Name, out var link) && (link.Vxlan is not { External: true } vxlan || vxlan.Port != port))
        {
            netlink.Links.Delete(link.Index);
            link = null;
        }
        link ??= netlink.Links.CreateVxlan(Name, new VxlanSettings { External = true, Port = port, ZeroChecksum6 = true }, mtu);
        if (link.Mtu != mtu)
        {
            netlink.Links.SetMtu(link.Index, mtu);
        }
        if (!link.IsUp)
        {
            netlink.Links.SetAddrGenModeNone(link.Index);
            netlink.Links.SetNoArp(link.Index);
            netlink.Links.SetUp(link.Index);
        }
        return link.Index;
    }

    /// <summary>True when there was one.</summary>
    public static bool Remove(RtNetlink netlink) => netlink.Links.Delete(Name);
}
