using Straum.Linux.Interop;
using Straum.Linux.Netlink;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NfTablesHeader;

namespace Straum.Linux.Netfilter;

/// <summary>
/// Counts the firewall rules of a network namespace. Only counts: with tens of thousands of rules the tools that print them
/// take seconds and hold locks that kube-proxy waits for.
/// </summary>
public static class RuleCounter
{
    /// <summary>The tables of both kinds, chains without rules left out. Empty where the kernel has neither.</summary>
    /// <exception cref="LinuxException">EPERM without CAP_NET_ADMIN.</exception>
    public static IReadOnlyList<ChainRules> Count(NetworkNamespace? within = null) => within is null ? CountHere() : within.Run(CountHere);

    private static List<ChainRules> CountHere() =>
        [.. CountNfTables(), .. IptablesTables.Count("ip", Libc.AF_INET), .. IptablesTables.Count("ip6", Libc.AF_INET6)];

    private static IEnumerable<ChainRules> CountNfTables()
    {
        var counts = new Dictionary<(byte Family, string Table, string Chain), int>();
        using var connection = new NetlinkConnection(NetlinkSocket.Open(null, NetlinkHeader.NETLINK_NETFILTER));
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], NFT_MSG_GETRULE, 0);
        request.Header(new Header());
        connection.Dump<object>(request.Finish(), (type, payload) =>
        {
            if (type == NFT_MSG_NEWRULE)
            {
                var key = ReadRule(payload);
                counts[key] = counts.GetValueOrDefault(key) + 1;
            }
            return null;
        }, "nft rule list", "", Errno.EOPNOTSUPP, Errno.EINVAL, Errno.EPROTONOSUPPORT);
        return counts.Select(c => new ChainRules("nftables", FamilyName(c.Key.Family), c.Key.Table, c.Key.Chain, c.Value))
            .OrderBy(c => c.Family, StringComparer.Ordinal).ThenBy(c => c.Table, StringComparer.Ordinal).ThenBy(c => c.Chain, StringComparer.Ordinal);
    }

    private static (byte, string, string) ReadRule(ReadOnlySpan<byte> payload)
    {
        var attributes = NetlinkAttributes.After(payload, out Header header);
        string table = "", chain = "";
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NFTA_RULE_TABLE: table = attributes.Text; break;
                case NFTA_RULE_CHAIN: chain = attributes.Text; break;
            }
        }
        return (header.Family, table, chain);
    }

    private static string FamilyName(byte family) => family switch
    {
        NFPROTO_INET => "inet",
        NFPROTO_IPV4 => "ip",
        NFPROTO_ARP => "arp",
        NFPROTO_NETDEV => "netdev",
        NFPROTO_BRIDGE => "bridge",
        NFPROTO_IPV6 => "ip6",
        _ => $"family {family}",
    };

    /// <summary>struct nfgenmsg</summary>
    private readonly record struct Header(byte Family, byte Version, ushort ResourceId);
}
