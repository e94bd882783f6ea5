using System.Net;
using Straum.Doctor.Dns;
using Straum.Linux;
using Straum.Linux.Netfilter;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Hosts;

/// <summary>A namespace of this machine. It stays open until the host is disposed.</summary>
internal sealed class LinuxNetwork(NetworkNamespace within) : INetwork, IDisposable
{
    public IReadOnlyList<Link> Links => Ask(static net => net.Links.List());

    public IReadOnlyList<InterfaceAddress> Addresses => Ask(static net => net.Addresses.List());

    public IReadOnlyList<Route> Routes => Ask(static net => net.Routes.List());

    public IReadOnlyList<Neighbor> Neighbors => Ask(static net => net.Neighbors.List());

    public IReadOnlyList<Qdisc> Qdiscs => Ask(static net => net.Qdiscs.List());

    public IReadOnlyList<ChainRules> Rules => RuleCounter.Count(within);

    public NetworkNamespace Namespace => within;

    // /proc/net is that of the process' first thread; /proc/sys/net follows the thread that opens it.
    public string? ReadText(string path) => within.Run(() => LinuxHost.ReadFile(OfThread(path)));

    public bool Exists(string path) => within.Run(() => File.Exists(OfThread(path)));

    public NicSettings? Nic(string device) => Ethtool.Read(device, within);

    public Task<DnsReply> AskDnsAsync(IPEndPoint server, DnsQuestion question, TimeSpan patience, CancellationToken stop) =>
        DnsClient.AskAsync(server, question, patience, within.Run, stop);

    public Task<IReadOnlyList<Echo>> EchoAsync(IPAddress peer, EchoPlan plan, CancellationToken stop) =>
        EchoProbe.RunAsync(peer, plan, within.Run, stop);

    public void Dispose() => within.Dispose();

    private static string OfThread(string path) =>
        path.StartsWith("/proc/net/", StringComparison.Ordinal) ? "/proc/thread-self" + path["/proc".Length..] : path;

    private T Ask<T>(Func<RtNetlink, T> question)
    {
        using var net = RtNetlink.Open(within);
        return question(net);
    }
}
