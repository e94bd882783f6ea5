namespace Straum.Agent.Configuration;

/// <summary>The rules between keys. Each names the key that is most likely the wrong one.</summary>
internal static class OptionRules
{
    private const int SmallestIPv6Mtu = 1280; // RFC 8200, section 5
    private static readonly PortRange NodePorts = new(30000, 32767);

    public static IEnumerable<OptionProblem> Check(AgentOptions options)
    {
        var (routing, masquerade, paths) = (options.Routing, options.Masquerade, options.Paths);
        if (!options.Ipv4.Enabled && !options.Ipv6.Enabled)
        {
            yield return new("ipv6.enabled", "both families are off", "enable ipv4 or ipv6");
        }
        if (routing.Mtu is > 0 and < SmallestIPv6Mtu && options.Ipv6.Enabled)
        {
            yield return new("routing.mtu", $"{routing.Mtu} is below the smallest MTU of IPv6, {SmallestIPv6Mtu}", "raise it, or set ipv6.enabled: false");
        }
        if (options.Kubernetes is { Kubeconfig: not "", ServiceHost: not "" })
        {
            yield return new("kubernetes.serviceHost", "kubernetes.kubeconfig names the API server already", "remove one of the two");
        }
        if (options.Kubernetes.Manifests.Length > 0 && options.Kubernetes is not { Kubeconfig: "", ServiceHost: "" })
        {
            yield return new("kubernetes.manifests", "an API server is named too", "remove one of the two");
        }
        if (masquerade.PortRange.Overlaps(NodePorts))
        {
            yield return new("masquerade.portRange", $"{masquerade.PortRange} overlaps the NodePorts, {NodePorts}", "choose a range above 32767");
        }
        if (masquerade.PortRange.Count < 1024)
        {
            yield return new("masquerade.portRange", $"{masquerade.PortRange} has {masquerade.PortRange.Count} ports, which a few busy pods use up", "choose at least 1024 ports");
        }
        if (routing.Mode == RoutingMode.Vxlan && masquerade.PortRange.Contains(routing.Vxlan.Port))
        {
            yield return new("routing.vxlan.port", $"{routing.Vxlan.Port} is inside masquerade.portRange", "choose a port outside it");
        }
        if (options.Metrics.Listen is { } listen && masquerade.Enabled && masquerade.PortRange.Contains(listen.Port))
        {
            yield return new("metrics.listen", $"{listen.Port} is inside masquerade.portRange", "choose a port outside it");
        }
        if (paths.State == paths.Run)
        {
            yield return new("paths.run", $"{paths.Run} is paths.state too, but what runs does not survive a reboot and state must", "choose another folder");
        }
        foreach (var twice in options.Pods.Sysctls.GroupBy(static s => s.Key).Where(static g => g.Count() > 1))
        {
            yield return new("pods.sysctls", $"{twice.Key} has {twice.Count()} values", "keep one");
        }
        foreach (var (network, family, enabled) in masquerade.NonMasqueradeCidrs.Select(n =>
            n.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? (n, "ipv4", options.Ipv4.Enabled) : (n, "ipv6", options.Ipv6.Enabled)))
        {
            if (!enabled)
            {
                yield return new("masquerade.nonMasqueradeCIDRs", $"{network} has no effect: {family} is off", $"remove it, or set {family}.enabled: true");
            }
        }
    }
}
