using System.Globalization;

namespace Straum.Control.Tuning;

/// <summary>
/// Every setting of `straum tune` and of pods' profiles, in the order of writing.
/// </summary>
/// <remarks>
/// How to add one:
/// 1. A record here: with the reason, the source, and the defaults of every kernel from 5.10 on that you have looked up.
/// 2. <see cref="SettingScope.Both"/> only when the setting belongs to the network namespace (`Documentation/networking/ip-sysctl.rst`,
///    or `unshare -n sysctl KEY`).
/// 3. A line in docs/reference/tune.md; a test compares the two.
/// </remarks>
public static class TuningCatalogue
{
    /// <summary>Kubernetes' default --service-node-port-range.</summary>
    public const string NodePorts = "30000-32767";

    private const long ConntrackEntryBytes = 320; // sizeof(struct nf_conn) with its extensions, rounded as its slab is
    private const long ConntrackWish = 1_000_000;
    private const long ConntrackStep = 65_536;
    private const int BucketsPerPage = 512; // nf_ct_alloc_hashtable rounds up to whole pages

    // What a namespace has does not depend on the machine.
    private static readonly TuningFacts NoMachine = new(1, 0);

    public static IReadOnlyList<TuningSetting> All { get; } =
    [
        new()
        {
            Key = "net.netfilter.nf_conntrack_max",
            Module = "nf_conntrack",
            Scope = SettingScope.Host,
            Profile = TuningProfile.Safe,
            Rule = SettingRule.AtLeast,
            Value = static facts => Number(ConntrackMax(facts)),
            IsDefault = static (facts, now) => now is "65536" or "262144" || now == Number(KubeProxyFloor(facts)) || IsNear(now, facts.MemoryBytes / 16384 / 8),
            Defaults = "65536 or 262144 by memory; kube-proxy's max(131072, 32768 per core)",
            Reason = "the kernel's connection table drops new connections when it is full; Straum's pods do not need it, all else on the node does",
            Source = "kube-proxy's floor, max(131072, 32768 per core); up to 1,000,000 where that is at most 1 % of memory",
            Replaces = "kube-proxy, which set it while it ran; a fixed 131072, which lowers the table on more than 4 cores",
        },
        new()
        {
            Key = "net.netfilter.nf_conntrack_buckets",
            Module = "nf_conntrack",
            Scope = SettingScope.Host,
            Profile = TuningProfile.Safe,
            Rule = SettingRule.AtLeast,
            Value = static facts => Number((ConntrackMax(facts) / 4 + BucketsPerPage - 1) / BucketsPerPage * BucketsPerPage),
            IsDefault = static (facts, now) => now is "16384" or "65536" or "262144" || now == Number(KubeProxyFloor(facts) / 4)
                || IsNear(now, facts.MemoryBytes / 16384 / 8),
            Defaults = "16384, 65536 or 262144 by memory; kube-proxy's quarter of nf_conntrack_max",
            Reason = "a table that outgrows its hash is walked entry by entry",
            Source = "a quarter of nf_conntrack_max, as kube-proxy has it",
            Replaces = "kube-proxy, which set it while it ran",
        },
        new()
        {
            Key = "net.netfilter.nf_conntrack_tcp_timeout_established",
            Module = "nf_conntrack",
            Scope = SettingScope.Host,
            Profile = TuningProfile.Safe,
            Value = static _ => "86400",
            IsDefault = static (_, now) => now is "432000",
            Defaults = "432000 (five days)",
            Reason = "connections that died without a word leave the table after a day instead of five",
            Source = "kube-proxy's default",
        },
        new()
        {
            Key = "net.core.somaxconn",
            Scope = SettingScope.Both,
            Profile = TuningProfile.Safe,
            Rule = SettingRule.AtLeast,
            Value = static _ => "32768",
            IsDefault = static (_, now) => now is "128" or "4096",
            Least = 4096,
            Defaults = "4096; 128 before Linux 5.4",
            Reason = "the longest backlog that a listening socket may ask for; a burst beyond it is refused or retried a second later",
            Source = "common advice for proxies; per network namespace since Linux 2.6",
            Replaces = "the same value on the host alone, which pods never see",
        },
        new()
        {
            Key = "net.core.rmem_max",
            Scope = SettingScope.Host,
            Profile = TuningProfile.Safe,
            Rule = SettingRule.AtLeast,
            Value = static _ => "16777216",
            IsDefault = static (_, now) => now is "212992" or "4194304",
            Least = 212_992,
            Defaults = "212992; 4194304 from Linux 6.18 on",
            Reason = "the largest receive buffer that a program may ask for (QUIC, DNS and other UDP servers do); TCP's own growth has tcp_rmem",
            Source = "common advice; one value for the whole machine, pods included",
        },
        new()
        {
            Key = "net.core.wmem_max",
            Scope = SettingScope.Host,
            Profile = TuningProfile.Safe,
            Rule = SettingRule.AtLeast,
            Value = static _ => "16777216",
            IsDefault = static (_, now) => now is "212992" or "4194304",
            Least = 212_992,
            Defaults = "212992; 4194304 from Linux 6.18 on",
            Reason = "the largest send buffer that a program may ask for; TCP's own growth has tcp_wmem",
            Source = "common advice; one value for the whole machine, pods included",
        },
        new()
        {
            Key = "net.ipv4.ip_local_reserved_ports",
            Scope = SettingScope.Host,
            Profile = TuningProfile.Full,
            Rule = SettingRule.Including,
            Value = static _ => "10248-10259," + NodePorts,
            IsDefault = static (_, now) => now.Length == 0,
            Defaults = "none",
            Reason = "keeps the kubelet's, the control plane's and NodePort's ports out of the range below",
            Source = "Kubernetes' ports and protocols; kubernetes/kops#6342 for what happens otherwise",
        },
        new()
        {
            Key = "net.ipv4.ip_local_port_range",
            Scope = SettingScope.Both,
            Profile = TuningProfile.Full,
            Value = static _ => "10240 65535",
            IsDefault = static (_, now) => now is "32768 60999",
            Defaults = "32768 60999",
            Reason = "a client has 52,516 ports to one destination instead of 28,232: 55,296 less the 2,780 of ip_local_reserved_ports, which pods keep",
            Source = "common advice, with its lower end raised",
            Replaces = "1024 65535, which takes ports from servers that start later (2379, 6443, 8080, 9090) and overlaps NodePorts",
        },
        new()
        {
            Key = "net.ipv4.tcp_fin_timeout",
            Scope = SettingScope.Both,
            Profile = TuningProfile.Full,
            Value = static _ => "15",
            IsDefault = static (_, now) => now is "60",
            Defaults = "60",
            Reason = "a closed connection whose peer is silent is forgotten after 15 s",
            Source = "common advice for nodes with many short connections",
        },
        new()
        {
            Key = "net.ipv4.tcp_tw_reuse",
            Scope = SettingScope.Both,
            Profile = TuningProfile.Full,
            Value = static _ => "1",
            IsDefault = static (_, now) => now is "2",
            Defaults = "2 (loopback only; Linux commit 79e9fed46038)",
            Reason = "a client takes the port of a connection in TIME-WAIT after a second; does nothing for servers",
            Source = "common advice; safe with TCP timestamps, which are on by default",
        },
        new()
        {
            Key = "net.core.default_qdisc",
            Scope = SettingScope.Host,
            Profile = TuningProfile.Full,
            Value = static _ => "fq",
            IsDefault = static (_, now) => now is "pfifo_fast" or "fq_codel",
            Defaults = "pfifo_fast; fq_codel where systemd sets it",
            Hindrance = static facts => facts.HasFairQueueing ? null : "this kernel has no fq; without it TCP paces what BBR sends by itself",
            Reason = "paces what BBR sends; for devices made from now on (`tc qdisc replace dev DEVICE root fq` for one that is)",
            Source = "BBR's own documentation",
        },
        new()
        {
            Key = "net.ipv4.tcp_congestion_control",
            Scope = SettingScope.Host,
            Profile = TuningProfile.Full,
            Value = static _ => "bbr",
            IsDefault = static (_, now) => now is "cubic" or "reno",
            Defaults = "cubic",
            OfferedBy = "net.ipv4.tcp_available_congestion_control",
            Reason = "holds its rate where packets are lost to radio rather than to queues; pods made from now on inherit it, open connections keep theirs",
            Source = "common advice for clients on mobile networks; costs retransmissions",
        },
    ];

    /// <summary>Advice that is not followed.</summary>
    public static IReadOnlyList<DeclinedSetting> Declined { get; } =
    [
        new("net.ipv4.netfilter.ip_conntrack_expect_max",
            "no kernel has this key any more; net.netfilter.nf_conntrack_expect_max is for helpers (FTP, SIP) that are not attached by default since Linux 4.7"),
        new("net.ipv4.tcp_tw_recycle", "broke clients behind NAT, and is gone since Linux 4.12"),
    ];

    /// <summary>A setting that is in the catalogue.</summary>
    public static TuningSetting Of(string key) => All.First(s => s.Key == key);

    /// <summary>Settings that every network namespace has its own value of, Straum's and one that it leaves alone, and whether a value is a default.</summary>
    public static IEnumerable<(string Key, Func<string, bool> IsDefault)> OfNamespaces =>
    [
        .. All.Where(static s => s.Scope == SettingScope.Both).Select(static s => (s.Key, (Func<string, bool>)(now => s.IsDefault(NoMachine, now)))),
        ("net.ipv4.tcp_keepalive_time", static now => now is "7200"),
    ];

    /// <summary>What a profile writes on the host.</summary>
    public static IEnumerable<TuningSetting> ForHost(TuningProfile profile) => All.Where(s => s.Profile <= profile);

    /// <summary>What a profile writes in a pod's namespace: name and value.</summary>
    public static IEnumerable<PodSetting> ForPods(TuningProfile profile) => All
        .Where(s => s.Profile <= profile && s.Scope == SettingScope.Both)
        .Select(static s => new PodSetting(s.Key, s.Value(NoMachine)));

    /// <summary>kube-proxy's own sizing: kubernetes/kubernetes pkg/proxy/apis/config/v1alpha1/defaults.go.</summary>
    public static long KubeProxyFloor(TuningFacts facts) => Math.Max(131_072, 32_768L * facts.Cores);

    // In steps, so that a machine whose memory is a little more than a power of two is not changed for a little.
    private static long ConntrackMax(TuningFacts facts) =>
        Math.Max(KubeProxyFloor(facts), Math.Min(ConntrackWish, facts.MemoryBytes / 100 / ConntrackEntryBytes / ConntrackStep * ConntrackStep));

    // Small machines get a table by their memory, of which MemTotal is a little less than what the kernel counted.
    private static bool IsNear(string text, long expected) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value < 65_536 && Math.Abs(value - expected) * 10 <= expected;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
