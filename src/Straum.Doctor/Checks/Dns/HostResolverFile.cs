using System.Net;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Dns;

/// <summary>What the kubelet hands on to pods and CoreDNS.</summary>
internal sealed class HostResolverFile : Check
{
    private const int MostServers = 3, MostSuffixes = 32;

    public override string Id => "ST-DN-005";

    public override string Title => "the host's resolv.conf can be handed to pods";

    public override CheckGroup Group => CheckGroup.Dns;

    public override Explanation Explanation { get; } = new(
        Why: "The kubelet copies this file into host-network pods and into CoreDNS. A server on loopback is then the pod itself: CoreDNS forwards to itself and ends (plugin loop). More than three servers are cut off.",
        Threshold: "warn for a loopback server where systemd-resolved's real list is not beside it, for more than 3 servers, and more than 32 suffixes",
        Source: "Kubernetes documentation, tasks/administer-cluster/dns-debugging-resolution (known issues); coredns.io/plugins/loop; resolv.conf(5)",
        Fix: "ln -sf /run/systemd/resolve/resolv.conf /etc/resolv.conf   # or resolvConf in the kubelet's configuration");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.ReadText("/etc/resolv.conf") is not { } text)
        {
            return One(Finding.Skip("/etc/resolv.conf is not there, see ST-DN-001"));
        }
        var config = ResolverConfig.Parse(text);
        // kubeadm finds systemd-resolved's list by itself and tells the kubelet.
        var loopback = config.Servers.Any(IPAddress.IsLoopback) && host.ReadText("/run/systemd/resolve/resolv.conf") is null;
        var measured = $"{config.Servers.Count} servers, {config.Search.Count} suffixes, ndots:{config.Ndots}";
        return One(loopback ? Finding.Warn($"server {config.Servers.First(IPAddress.IsLoopback)} is on loopback")
            : config.Servers.Count > MostServers || config.Search.Count > MostSuffixes ? Finding.Warn(measured)
            : Finding.Pass(measured));
    }
}
