using Straum.Agent.Configuration.Yaml;
using Straum.Control.Tuning;
using static Straum.Agent.Configuration.Import.ImportAnswer;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// sysctl.d(5) and sysctl.conf(5). The file stays in force on the host; what belongs to each network namespace is carried
/// over to pods, which never saw it.
/// </summary>
internal sealed class SysctlImport : IImportFormat
{
    private const string OnHost = "stays in force on the host by its file, which `straum tune` leaves alone";

    // Settings of the network namespace that bear on programs in pods; others of net.* are named as unknown.
    private static readonly HashSet<string> OfPods =
    [
        "net.core.somaxconn", "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_fin_timeout", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_syn_retries", "net.ipv4.tcp_synack_retries", "net.ipv4.tcp_retries2",
        "net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_mtu_probing", "net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_fastopen",
        "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_timestamps", "net.ipv4.tcp_sack", "net.ipv4.tcp_window_scaling", "net.ipv4.tcp_ecn",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_rfc1337", "net.ipv4.tcp_abort_on_overflow",
        "net.ipv4.tcp_orphan_retries", "net.ipv4.tcp_no_metrics_save", "net.ipv4.tcp_autocorking",
    ];

    private static readonly HashSet<string> OfHost =
    [
        "net.core.rmem_max", "net.core.wmem_max", "net.core.rmem_default", "net.core.wmem_default", "net.core.netdev_max_backlog",
        "net.core.netdev_budget", "net.core.netdev_budget_usecs", "net.core.optmem_max", "net.core.busy_poll", "net.core.busy_read",
        "net.ipv4.tcp_mem", "net.ipv4.udp_mem", "net.ipv4.tcp_max_orphans", "net.netfilter.nf_conntrack_buckets", "net.netfilter.nf_conntrack_expect_max",
        "net.core.bpf_jit_enable", "net.core.bpf_jit_harden", "net.core.rps_sock_flow_entries",
    ];

    public string Name => "sysctl";

    public string Description => "a sysctl.d file";

    public bool Recognises(ImportSource source) =>
        SysctlText.Lines(source.Text).ToList() is { Count: > 0 } lines && lines.All(static l => l.Setting is not null);

    public void Read(ImportSource source, IReadOnlyList<ImportSource> all, ImportDraft draft)
    {
        foreach (var (number, text, setting) in SysctlText.Lines(source.Text))
        {
            if (setting is not var (key, value))
            {
                throw new ImportException(source.File, number, $"'{text}' is not of the form key = value");
            }
            var entry = new ImportValue(key, new ConfigScalar(value, IsPlain: true, number, 1), number);
            if (Answer(key, value) is { } answer)
            {
                draft.Add(source, entry, answer);
            }
            else
            {
                draft.AddUnknown(source, entry, OfPods.Concat(OfHost));
            }
        }
    }

    private static ImportAnswer? Answer(string key, string value)
    {
        if (TuningCatalogue.Declined.FirstOrDefault(d => d.Key == key) is { } declined)
        {
            return Refused(declined.Why);
        }
        return key switch
        {
            "net.netfilter.nf_conntrack_max" or "net.nf_conntrack_max" => Always(ConntrackNote(value)),
            "net.core.default_qdisc" => Always(OnHost + "; for devices made after it"),
            "net.ipv4.tcp_congestion_control" or "net.ipv4.tcp_rmem" or "net.ipv4.tcp_wmem" => Always(OnHost + "; new pods inherit it"),
            "net.ipv4.ip_local_port_range" => ForPods(key, value, "also for pods now; on the host, reserve NodePorts and the control plane's ports from it: `straum tune plan --profile full`"),
            "net.ipv4.ip_forward" or "net.ipv6.conf.all.forwarding" or "net.ipv4.conf.all.forwarding" => value is "1"
                ? Always("the agent sets it itself")
                : Refused("the agent needs forwarding and switches it on; take this line out"),
            _ when key.StartsWith("net.bridge.", StringComparison.Ordinal) => Refused("Straum has no bridge; the line may go with the plugin that needed it"),
            _ when key.StartsWith("net.netfilter.nf_conntrack_", StringComparison.Ordinal) || OfHost.Contains(key) => Always(OnHost),
            _ when OfPods.Contains(key) => ForPods(key, value, "also for pods now, which never see the host's value"),
            _ when !key.StartsWith("net.", StringComparison.Ordinal) => Always(OnHost + "; no setting of the network"),
            _ => null,
        };
    }

    private static ImportAnswer ForPods(string key, string value, string why) =>
        As("pods.sysctls", new ConfigList([new ConfigScalar($"{key}={value}", IsPlain: true, 0, 0)], 0, 0), why);

    private static string ConntrackNote(string value) =>
        long.TryParse(value, out var size) && size <= 131_072
            ? OnHost + "; on more than 4 cores it is less than kube-proxy's floor of 32768 per core"
            : OnHost;
}
