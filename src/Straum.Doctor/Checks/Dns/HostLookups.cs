using System.Net;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Dns;

/// <summary>The host's own name servers, which CoreDNS forwards to.</summary>
internal sealed class HostLookups : Check
{
    private const string NameOne = "a nameserver line in /etc/resolv.conf, or start what writes it (systemd-resolved, NetworkManager, the DHCP client)";

    public override string Id => "ST-DN-001";

    public override string Title => "the host's name servers answer";

    public override CheckGroup Group => CheckGroup.Dns;

    public override Explanation Explanation { get; } = new(
        Why: "The kubelet and the container runtime resolve with these, and CoreDNS forwards to them what is not of the cluster. A server that drops questions costs each lookup five seconds before the next one is asked.",
        Threshold: Lookups.Threshold + "; that a name does not exist is an answer, a refusal or a failure is none",
        Source: "asked over UDP, without cache and repetition; resolv.conf(5), timeout of 5 s",
        Fix: "dig +tries=1 @SERVER kubernetes.io   # then another server in /etc/resolv.conf, or the firewall before this one");

    public override TimeSpan Limit => TimeSpan.FromSeconds(25);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Options.LabNode is not null)
        {
            // The file is the machine's, and its servers are asked from there: the lab's network leads nowhere else.
            return [Finding.Skip("a lab's node has no name servers; straum doctor without --node asks the machine's")];
        }
        if (host.ReadText("/etc/resolv.conf") is not { } text)
        {
            return [Finding.Fail("/etc/resolv.conf is not there", fix: NameOne)];
        }
        var servers = ResolverConfig.Parse(text, host.Network.Links).Servers;
        return servers.Count == 0 ? [Finding.Fail("/etc/resolv.conf names no server", fix: NameOne)]
            : await Task.WhenAll(servers.Select(s => AskAsync(host, s, stop))).ConfigureAwait(false);
    }

    private static async Task<Finding> AskAsync(IHost host, IPAddress server, CancellationToken stop)
    {
        var finding = await Lookups.MeasureAsync(host.Network, server, host.Options.ExternalName, exists: false, server.ToString(), stop).ConfigureAwait(false);
        return finding.Verdict == Verdict.Pass ? finding : finding with { Fix = $"dig +tries=1 @{server} {host.Options.ExternalName}   # then another server in /etc/resolv.conf, or the firewall before this one" };
    }
}
