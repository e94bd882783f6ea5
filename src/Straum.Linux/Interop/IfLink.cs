namespace Straum.Linux.Interop;

/// <summary>Attributes of linux/if_link.h and linux/veth.h, and the flags of linux/if.h.</summary>
internal static class IfLink
{
    internal const ushort IFLA_ADDRESS = 1;
    internal const ushort IFLA_IFNAME = 3;
    internal const ushort IFLA_MTU = 4;
    internal const ushort IFLA_LINK = 5;
    internal const ushort IFLA_MASTER = 10;
    internal const ushort IFLA_OPERSTATE = 16;
    internal const ushort IFLA_LINKINFO = 18;
    internal const ushort IFLA_STATS64 = 23;
    internal const ushort IFLA_AF_SPEC = 26;
    internal const ushort IFLA_NET_NS_FD = 28;
    internal const ushort IFLA_NUM_TX_QUEUES = 31;
    internal const ushort IFLA_NUM_RX_QUEUES = 32;
    internal const ushort IFLA_LINK_NETNSID = 37;
    internal const ushort IFLA_GSO_MAX_SIZE = 41;
    internal const ushort IFLA_GRO_MAX_SIZE = 58;
    internal const ushort IFLA_XDP = 43;
    internal const ushort IFLA_INET6_ADDR_GEN_MODE = 8;
    internal const ushort IFLA_INFO_KIND = 1;
    internal const ushort IFLA_INFO_DATA = 2;
    internal const ushort IFLA_VXLAN_ID = 1;
    internal const ushort IFLA_VXLAN_GROUP = 2;
    internal const ushort IFLA_VXLAN_LINK = 3;
    internal const ushort IFLA_VXLAN_LOCAL = 4;
    internal const ushort IFLA_VXLAN_LEARNING = 7;
    internal const ushort IFLA_VXLAN_PORT = 15;
    internal const ushort IFLA_VXLAN_GROUP6 = 16;
    internal const ushort IFLA_VXLAN_LOCAL6 = 17;
    internal const ushort IFLA_VXLAN_UDP_ZERO_CSUM6_TX = 19;
    internal const ushort IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 20;
    internal const ushort IFLA_VXLAN_COLLECT_METADATA = 25;
    internal const ushort IFLA_GENEVE_REMOTE = 2;
    internal const ushort IFLA_GENEVE_COLLECT_METADATA = 6;
    internal const ushort IFLA_GENEVE_REMOTE6 = 7;
    internal const ushort IFLA_MACVLAN_MODE = 1;
    internal const ushort IFLA_BR_STP_STATE = 5;
    internal const ushort IFLA_BR_MCAST_SNOOPING = 23;
    internal const ushort IFLA_BR_FORWARD_DELAY = 1;
    internal const ushort IFLA_XDP_PROG_ID = 4;

    internal const ushort VETH_INFO_PEER = 1;

    internal const uint IFF_UP = 1;
    internal const uint IFF_NOARP = 128;

    internal const byte IN6_ADDR_GEN_MODE_NONE = 1;
}
