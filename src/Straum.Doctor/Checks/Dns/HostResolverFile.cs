using System.Net;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Dns;

/// <summary>What the kubelet hands on to pods and CoreDNS.</summary>
internal sealed class HostResolverFile : Check
{
    private const int MostServers = 3, MostSuffixes = 32;

    /// <summary>What NetworkManager would write if nothing answered on loopback.</summary>
    private const string NetworkManagersList = "/run/NetworkManager/no-stub-resolv.conf";

    public override string Id => "ST-DN-005";

    public override string Title => "the host's resolv.conf can be handed to pods";

    public override CheckGroup Group => CheckGroup.Dns;

    public override Explanation Explanation { get; } = new(
        Why: "The kubelet copies this file into host-network pods and into CoreDNS. A server on loopback is then the pod itself: CoreDNS forwards to itself and ends (plugin loop). More than three servers are cut off.",
        Threshold: "warn for a loopback server where systemd-resolved's real list is not beside it, for more than 3 servers, and more than 32 suffixes",
        Source: "Kubernetes documentation, tasks/administer-cluster/dns-debugging-resolution (known issues); coredns.io/plugins/loop; resolv.conf(5)",
        Fix: "resolvConf in the kubelet's configuration names a file with the real servers, three at most, and no more than 32 suffixes");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.ReadText("/etc/resolv.conf") is not { } text)
        {
            return One(Finding.Skip("/etc/resolv.conf is not there, see ST-DN-001"));
        }
        var config = ResolverConfig.Parse(text);
        var measured = $"{Figure.Count(config.Servers.Count, "server")}, {Figure.Count(config.Search.Count, "suffix", "suffixes")}, ndots:{config.Ndots}";
        // kubeadm finds systemd-resolved's list by itself and tells the kubelet.
        return One(config.Servers.FirstOrDefault(IPAddress.IsLoopback) is { } loopback && host.ReadText("/run/systemd/resolve/resolv.conf") is null
                ? Finding.Warn($"server {loopback} is on loopback", fix: NameRealServers(host, loopback))
            : config.Servers.Count > MostServers
                ? Finding.Warn(measured, fix: $"leave {MostServers} nameserver lines in /etc/resolv.conf, where what writes it (netplan, NetworkManager, DHCP) has them: {string.Join(", ", config.Servers.Skip(MostServers))} {(config.Servers.Count == MostServers + 1 ? "is" : "are")} never asked")
            : config.Search.Count > MostSuffixes
                ? Finding.Warn(measured, fix: $"leave {MostSuffixes} suffixes in the search line of /etc/resolv.conf, where what writes it (netplan, NetworkManager, DHCP) has them: {Figure.Names([.. config.Search.Skip(MostSuffixes)])} {(config.Search.Count == MostSuffixes + 1 ? "is" : "are")} cut off")
            : Finding.Pass(measured));
    }

    /// <summary>The file itself stays: the host resolves by it. Which servers the one on loopback asks is known of NetworkManager's only.</summary>
    private static string NameRealServers(IHost host, IPAddress loopback)
    {
        const string Restart = "in the kubelet's configuration (kubeadm's is /var/lib/kubelet/config.yaml), then systemctl restart kubelet, and CoreDNS's pods anew";
        return host.ReadText(NetworkManagersList) is { } list && ResolverConfig.Parse(list).Servers is { Count: > 0 } real && !real.Any(IPAddress.IsLoopback)
            ? $"resolvConf: {NetworkManagersList} {Restart}"
            : $"write the servers that {loopback} itself asks into a file, as nameserver lines in /etc/kubernetes/resolv.conf; resolvConf: /etc/kubernetes/resolv.conf {Restart}";
    }
}
