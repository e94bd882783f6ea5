using System.Buffers.Binary;
using System.Net.Sockets;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.IfLink;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>Making devices. Each is made down; EEXIST when the name is taken.</summary>
public sealed partial class LinkTable
{
    /// <summary>Makes a pair of devices joined back to back, and returns the one in this namespace.</summary>
    /// <param name="name">The end in this namespace.</param>
    /// <param name="peerName">The other end.</param>
    /// <param name="peerNamespace">Where the other end is made; <c>null</c> for this namespace. It is never visible here.</param>
    /// <param name="mtu">Of both ends; 0 for the kernel's default.</param>
    /// <param name="mac">Address of the near end; random when <c>null</c>.</param>
    /// <param name="peerMac">Address of the far end; random when <c>null</c>.</param>
    /// <param name="queues">Transmit and receive queues of both ends; 0 for the kernel's default.</param>
    public Link CreateVeth(
        string name, string peerName, NetworkNamespace? peerNamespace = null,
        int mtu = 0, MacAddress? mac = null, MacAddress? peerMac = null, int queues = 0)
    {
        var request = Create(stackalloc byte[NetlinkWriter.Capacity], name, mtu, mac, queues);
        var info = request.BeginNest(IFLA_LINKINFO);
        request.AddString(IFLA_INFO_KIND, "veth");
        var data = request.BeginNest(IFLA_INFO_DATA);
        var peer = request.BeginNest(VETH_INFO_PEER);
        request.Header(new LinkMessage.Header());
        AddCommon(ref request, peerName, mtu, peerMac, queues);
        if (peerNamespace is not null)
        {
            request.Add(IFLA_NET_NS_FD, (int)peerNamespace.Handle.DangerousGetHandle());
        }
        request.EndNest(peer);
        request.EndNest(data);
        request.EndNest(info);
        var link = Create(ref request, "veth", name);
        GC.KeepAlive(peerNamespace);
        return link;
    }

    /// <param name="name">Name of the device.</param>
    /// <param name="settings">How it encapsulates.</param>
    /// <param name="mtu">0 for the kernel's default, which takes no notice of the underlay's.</param>
    /// <param name="mac">Random when <c>null</c>.</param>
    public Link CreateVxlan(string name, VxlanSettings settings, int mtu = 0, MacAddress? mac = null)
    {
        var request = Create(stackalloc byte[NetlinkWriter.Capacity], name, mtu, mac, 0);
        var info = request.BeginNest(IFLA_LINKINFO);
        request.AddString(IFLA_INFO_KIND, "vxlan");
        var data = request.BeginNest(IFLA_INFO_DATA);
        AddVxlan(ref request, settings);
        request.EndNest(data);
        request.EndNest(info);
        return Create(ref request, "vxlan", name);
    }

    /// <summary>Makes a bridge without spanning tree and, unless wanted, without multicast snooping: every port forwards at once.</summary>
    public Link CreateBridge(string name, int mtu = 0, MacAddress? mac = null, bool multicastSnooping = false)
    {
        var request = Create(stackalloc byte[NetlinkWriter.Capacity], name, mtu, mac, 0);
        var info = request.BeginNest(IFLA_LINKINFO);
        request.AddString(IFLA_INFO_KIND, "bridge");
        var data = request.BeginNest(IFLA_INFO_DATA);
        request.Add(IFLA_BR_STP_STATE, 0u);
        request.Add(IFLA_BR_FORWARD_DELAY, 0u);
        request.Add(IFLA_BR_MCAST_SNOOPING, (byte)(multicastSnooping ? 1 : 0));
        request.EndNest(data);
        request.EndNest(info);
        return Create(ref request, "bridge", name);
    }

    public Link CreateMacvlan(string name, int parentIndex, MacvlanMode mode = MacvlanMode.Bridge, int mtu = 0, MacAddress? mac = null)
    {
        var request = Create(stackalloc byte[NetlinkWriter.Capacity], name, mtu, mac, 0);
        request.Add(IFLA_LINK, parentIndex);
        var info = request.BeginNest(IFLA_LINKINFO);
        request.AddString(IFLA_INFO_KIND, "macvlan");
        var data = request.BeginNest(IFLA_INFO_DATA);
        request.Add(IFLA_MACVLAN_MODE, (uint)mode);
        request.EndNest(data);
        request.EndNest(info);
        return Create(ref request, "macvlan", name);
    }

    private static NetlinkWriter Create(Span<byte> buffer, string name, int mtu, MacAddress? mac, int queues)
    {
        var request = new NetlinkWriter(buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
        request.Header(new LinkMessage.Header());
        AddCommon(ref request, name, mtu, mac, queues);
        return request;
    }

    private static void AddCommon(ref NetlinkWriter request, string name, int mtu, MacAddress? mac, int queues)
    {
        request.AddString(IFLA_IFNAME, CheckedName(name));
        if (mtu != 0)
        {
            request.Add(IFLA_MTU, mtu);
        }
        if (mac is { } address)
        {
            request.AddMac(IFLA_ADDRESS, address);
        }
        if (queues != 0)
        {
            request.Add(IFLA_NUM_TX_QUEUES, queues);
            request.Add(IFLA_NUM_RX_QUEUES, queues);
        }
    }

    private static void AddVxlan(ref NetlinkWriter request, VxlanSettings settings)
    {
        if (settings.External)
        {
            request.Add(IFLA_VXLAN_COLLECT_METADATA, (byte)1);
        }
        else
        {
            request.Add(IFLA_VXLAN_ID, settings.Vni);
        }
        request.Add(IFLA_VXLAN_PORT, BinaryPrimitives.ReverseEndianness(settings.Port));
        request.Add(IFLA_VXLAN_LEARNING, (byte)(settings.Learning ? 1 : 0));
        if (settings.Remote is { } remote)
        {
            request.AddAddress(remote.AddressFamily == AddressFamily.InterNetworkV6 ? IFLA_VXLAN_GROUP6 : IFLA_VXLAN_GROUP, remote);
        }
        if (settings.Local is { } local)
        {
            request.AddAddress(local.AddressFamily == AddressFamily.InterNetworkV6 ? IFLA_VXLAN_LOCAL6 : IFLA_VXLAN_LOCAL, local);
        }
        if (settings.UnderlayIndex != 0)
        {
            request.Add(IFLA_VXLAN_LINK, settings.UnderlayIndex);
        }
        if (settings.ZeroChecksum6)
        {
            request.Add(IFLA_VXLAN_UDP_ZERO_CSUM6_TX, (byte)1);
            request.Add(IFLA_VXLAN_UDP_ZERO_CSUM6_RX, (byte)1);
        }
    }

    private Link Create(ref NetlinkWriter request, string kind, string name)
    {
        _connection.Execute(request.Finish(), $"link create {kind}", name);
        return Get(name);
    }
}
