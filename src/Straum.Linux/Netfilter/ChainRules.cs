namespace Straum.Linux.Netfilter;

/// <summary>How many rules a chain has.</summary>
/// <param name="Backend"><c>nftables</c>, which iptables-nft writes to as well, or <c>iptables</c> for the older tables.</param>
/// <param name="Family"><c>ip</c>, <c>ip6</c>, <c>inet</c>, <c>arp</c>, <c>bridge</c> or <c>netdev</c>.</param>
/// <param name="Table">nat, filter…</param>
/// <param name="Chain">Empty for the older tables: the kernel counts them by table only.</param>
/// <param name="Count">Rules; for the older tables entries, which include one policy per built-in chain and one end mark.</param>
public sealed record ChainRules(string Backend, string Family, string Table, string Chain, int Count);
