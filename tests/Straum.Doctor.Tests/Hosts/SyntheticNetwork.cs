using System.Net;
using Straum.Doctor.Dns;
using Straum.Linux.Netfilter;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Hosts;

/// <summary>A network namespace that is written down.</summary>
internal sealed class SyntheticNetwork(Func<int> pauses) : INetwork
{
    public Dictionary<string, string[]> Files { get; } = [];

    /// <summary>Files that are there and cannot be read.</summary>
    public HashSet<string> Refused { get; } = [];

    public List<Link> LinkList { get; } = [];

    public List<InterfaceAddress> AddressList { get; } = [];

    public List<Route> RouteList { get; } = [];

    public List<Neighbor> NeighborList { get; } = [];

    public List<Qdisc> QdiscList { get; } = [];

    public Dictionary<string, NicSettings> Nics { get; } = [];

    public List<ChainRules> RuleList { get; } = [];

    /// <summary>Happens to the namespace between two readings.</summary>
    public Action? WhenPaused { get; set; }

    /// <summary>What name servers answer.</summary>
    public Func<IPEndPoint, DnsQuestion, DnsReply> Dns { get; set; } = static (_, _) => new DnsReply(null, 0, TimeSpan.FromSeconds(1), Fault: "no answer within 1 s");

    /// <summary>What becomes of an echo of a size.</summary>
    public Func<IPAddress, int, Echo> Echo { get; set; } = static (_, _) => new Echo(TimeSpan.FromMilliseconds(0.3));

    public List<DnsQuestion> Asked { get; } = [];

    public IReadOnlyList<Link> Links => LinkList;

    public IReadOnlyList<InterfaceAddress> Addresses => AddressList;

    public IReadOnlyList<Route> Routes => RouteList;

    public IReadOnlyList<Neighbor> Neighbors => NeighborList;

    public IReadOnlyList<Qdisc> Qdiscs => QdiscList;

    public IReadOnlyList<ChainRules> Rules => RuleList;

    public string? ReadText(string path) => Refused.Contains(path) ? throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.") : Files.TryGetValue(path, out var contents) ? contents[Math.Min(pauses(), contents.Length - 1)] : null;

    public bool Exists(string path) => Files.ContainsKey(path) || Refused.Contains(path);

    public NicSettings? Nic(string device) => Nics.GetValueOrDefault(device);

    public Task<DnsReply> AskDnsAsync(IPEndPoint server, DnsQuestion question, TimeSpan patience, CancellationToken stop)
    {
        lock (Asked)
        {
            Asked.Add(question);
        }
        return Task.FromResult(Dns(server, question));
    }

    public Task<IReadOnlyList<Echo>> EchoAsync(IPAddress peer, EchoPlan plan, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<Echo>>([.. Enumerable.Range(0, plan.Count).Select(_ => Echo(peer, plan.Size))]);
}
