using System.Text.RegularExpressions;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Dns;

/// <summary>The resolv.conf of each pod, read through a process of the pod.</summary>
internal static partial class PodResolvers
{
    /// <summary>
    /// One pod for each different configuration, with the names of all that share it. Pods without a process that can be
    /// looked into are left out.
    /// </summary>
    public static IReadOnlyList<(PodNetwork Pod, ResolverConfig Config, IReadOnlyList<string> Names)> Of(IHost host)
    {
        // A process that sees the host's own file (host mounts) says nothing about the pod.
        var own = host.ReadText("/etc/resolv.conf");
        return
        [
            .. host.Pods.Select(p => (Pod: p, Text: ReadOf(host, p))).Where(p => p.Text is not null && p.Text != own)
                .GroupBy(static p => WithoutNamespace(p.Text!))
                .Select(static g => (g.First().Pod, ResolverConfig.Parse(g.First().Text!), (IReadOnlyList<string>)[.. g.Select(static p => p.Pod.Name)])),
        ];
    }

    /// <summary>What a check says that has found no resolv.conf to go by.</summary>
    public static Finding Nothing(IHost host, string? fix = null) =>
        host.Pods.Any(p => ReadOf(host, p) is { } text && text == host.ReadText("/etc/resolv.conf"))
            ? Finding.Skip("pods use the host's own resolv.conf, see ST-DN-001")
            : Finding.Unknown("no pod's resolv.conf can be read", fix: fix);

    private static string? ReadOf(IHost host, PodNetwork pod) => pod.Process == 0 ? null : host.ReadText($"/proc/{pod.Process}/root/etc/resolv.conf");

    /// <summary>The first suffix differs by namespace only.</summary>
    private static string WithoutNamespace(string text) => Namespace().Replace(text, "*");

    [GeneratedRegex(@"[^\s.]+(?=\.svc\.)")]
    private static partial Regex Namespace();
}
