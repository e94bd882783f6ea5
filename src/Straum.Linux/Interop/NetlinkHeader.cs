namespace Straum.Linux.Interop;

/// <summary>Constants of linux/netlink.h, under their own names.</summary>
internal static class NetlinkHeader
{
    internal const ushort NLM_F_REQUEST = 1;
    internal const ushort NLM_F_MULTI = 2;
    internal const ushort NLM_F_ACK = 4;
    internal const ushort NLM_F_DUMP_INTR = 16;
    internal const ushort NLM_F_DUMP = 768;
    internal const ushort NLM_F_REPLACE = 256;
    internal const ushort NLM_F_EXCL = 512;
    internal const ushort NLM_F_CREATE = 1024;
    internal const ushort NLM_F_CAPPED = 256;
    internal const ushort NLM_F_ACK_TLVS = 512;
    internal const ushort NLMSG_NOOP = 1;
    internal const ushort NLMSG_ERROR = 2;
    internal const ushort NLMSG_DONE = 3;
    internal const ushort NLMSGERR_ATTR_MSG = 1;
    internal const ushort NLMSGERR_ATTR_OFFS = 2;
    internal const ushort NLA_F_NESTED = 32768;
    internal const ushort NLA_F_NET_BYTEORDER = 16384;

    internal const int NETLINK_ROUTE = 0;
    internal const int NETLINK_NETFILTER = 12;
    internal const int NETLINK_CAP_ACK = 10;
    internal const int NETLINK_EXT_ACK = 11;
    internal const int NETLINK_GET_STRICT_CHK = 12;
    internal const int NETLINK_ADD_MEMBERSHIP = 1;

    internal const int NLMSG_HDRLEN = 16;
    internal const int NLA_HDRLEN = 4;
}
