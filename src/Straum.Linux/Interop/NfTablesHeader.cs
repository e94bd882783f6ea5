namespace Straum.Linux.Interop;

/// <summary>Constants of linux/netfilter/nf_tables.h and linux/netfilter.h, the message types with their subsystem in the upper byte.</summary>
internal static class NfTablesHeader
{
    private const ushort NFNL_SUBSYS_NFTABLES = 10 << 8;

    internal const ushort NFT_MSG_NEWRULE = NFNL_SUBSYS_NFTABLES | 6;
    internal const ushort NFT_MSG_GETRULE = NFNL_SUBSYS_NFTABLES | 7;

    internal const ushort NFTA_RULE_TABLE = 1;
    internal const ushort NFTA_RULE_CHAIN = 2;

    internal const byte NFPROTO_INET = 1;
    internal const byte NFPROTO_IPV4 = 2;
    internal const byte NFPROTO_ARP = 3;
    internal const byte NFPROTO_NETDEV = 5;
    internal const byte NFPROTO_BRIDGE = 7;
    internal const byte NFPROTO_IPV6 = 10;
}
