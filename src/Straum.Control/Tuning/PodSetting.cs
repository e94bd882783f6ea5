namespace Straum.Control.Tuning;

/// <summary>A kernel setting for a pod's network namespace.</summary>
/// <param name="Key">With dots, or with slashes where a device's name has dots: net.ipv4.tcp_fin_timeout.</param>
/// <param name="Value">As sysctl would take it.</param>
public sealed record PodSetting(string Key, string Value)
{
    private static readonly string[] HostOnly =
    [
        "net.core.rmem_max", "net.core.wmem_max", "net.core.netdev_max_backlog", "net.core.default_qdisc", "net.core.netdev_budget",
        "net.core.netdev_budget_usecs", "net.netfilter.nf_conntrack_max", "net.netfilter.nf_conntrack_buckets",
        "net.netfilter.nf_conntrack_expect_max", "net.ipv4.tcp_mem", "net.ipv4.udp_mem",
    ];

    // What Straum itself sets in a pod, or needs as it is.
    private static readonly string[] Owned = ["forwarding", "accept_ra", "accept_dad", "disable_ipv6", "addr_gen_mode", "ip_forward"];

    /// <summary>Reads KEY=VALUE; null when it has not that form.</summary>
    public static PodSetting? Parse(string text)
    {
        var sign = text.IndexOf('=');
        return sign > 0 && text[..sign].Trim() is { Length: > 0 } key && text[(sign + 1)..].Trim() is { Length: > 0 } value
            && !key.AsSpan().ContainsAny(" \t\n") && !value.Contains('\n') && !key.Contains("..", StringComparison.Ordinal)
            ? new PodSetting(key, value)
            : null;
    }

    /// <summary>Why a key cannot be set for pods; null when it can, as far as one knows without asking the kernel.</summary>
    public static string? WhyNot(string key) => key switch
    {
        _ when !key.StartsWith("net.", StringComparison.Ordinal) && !key.StartsWith("net/", StringComparison.Ordinal) => "only net.* belongs to a pod's network namespace",
        _ when HostOnly.Contains(key) => "the kernel has one value for the whole machine; set it on the host",
        _ when key.Contains('*') => "write the setting out; a pattern stands for more than a pod has",
        _ when Owned.Contains(key[(key.LastIndexOfAny(['.', '/']) + 1)..]) => "Straum sets this one itself",
        _ => null,
    };

    /// <summary>KEY=VALUE.</summary>
    public override string ToString() => $"{Key}={Value}";
}
