using System.Net;
using Straum.Linux.Netfilter;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Hosts;

/// <summary>One network namespace and what may be asked in it.</summary>
public interface INetwork
{
    /// <summary>A file under <c>/proc/sys/net</c> or <c>/proc/net</c> as this namespace has it; null when there is none.</summary>
    string? ReadText(string path);

    /// <summary>Such a file is there, though perhaps it can only be written to or has no value yet.</summary>
    bool Exists(string path);

    IReadOnlyList<Link> Links { get; }

    IReadOnlyList<InterfaceAddress> Addresses { get; }

    /// <summary>The main tables of both families.</summary>
    IReadOnlyList<Route> Routes { get; }

    IReadOnlyList<Neighbor> Neighbors { get; }

    IReadOnlyList<Qdisc> Qdiscs { get; }

    /// <summary>What the driver of a device says about itself; null for devices that have no such driver.</summary>
    NicSettings? Nic(string device);

    /// <summary>Rules by family, table and chain: nftables with iptables-nft, then the older iptables tables.</summary>
    IReadOnlyList<ChainRules> Rules { get; }

    /// <summary>Asks a name server over UDP.</summary>
    Task<Dns.DnsReply> AskDnsAsync(IPEndPoint server, Dns.DnsQuestion question, TimeSpan patience, CancellationToken stop);

    /// <summary>Sends ICMP echoes that must not be fragmented and waits for the answers.</summary>
    Task<IReadOnlyList<Echo>> EchoAsync(IPAddress peer, EchoPlan plan, CancellationToken stop);
}
