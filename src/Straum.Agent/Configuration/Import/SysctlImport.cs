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

    // The folders of /proc/sys beside net.
    private static readonly HashSet<string> Elsewhere = ["abi", "crypto", "debug", "dev", "fs", "kernel", "sunrpc", "user", "vm", "xen"];

    public string Name => "sysctl";

    public string Description => "a sysctl.d file";

    public ImportDoubt? Doubt(ImportSource source)
    {
        var lines = SysctlText.Lines(source.Text).ToList();
        if (lines.Count == 0)
        {
            return new ImportDoubt(0, "nothing but comments in it");
        }
        // One line may be wrong; a file of another kind may have a line or two of this form.
        var wrong = lines.FindAll(static l => !IsRight(l));
        return wrong is [] || lines.Count(static l => NamesSetting(l.Text)) * 2 >= lines.Count
            ? null
            : new ImportDoubt(wrong[0].Number, NoSetting(wrong[0].Text), IsMeant: source.File.EndsWith(".conf", StringComparison.Ordinal));
    }

    public void Read(ImportSource source, IReadOnlyList<ImportSource> all, ImportDraft draft)
    {
        var lines = SysctlText.Lines(source.Text).ToList();
        if (lines is [var first, ..] && !lines.Exists(static l => IsRight(l) || NamesSetting(l.Text)))
        {
            throw new ImportException(source.File, first.Number, NoSetting(first.Text));
        }
        foreach (var (number, text, setting) in lines)
        {
            if (setting is not var (key, value))
            {
                var (name, behind) = SysctlText.Exempted(text) is { } exempt ? (exempt, "") : AtFirstBlank(text);
                draft.Add(source, new ImportValue(name, new ConfigScalar(behind, IsPlain: true, number, 1), number), SysctlText.Exempted(text) is not null
                    ? Always("takes the key out of the file's patterns, on the host")
                    : Refused("not of the form key = value, so that the kernel never gets it"));
                continue;
            }
            var entry = new ImportValue(key, new ConfigScalar(value, IsPlain: true, number, 1), number);
            if (lines.Find(l => l.Number > number && l.Setting is { } later && later.Key == key && later.Value != value) is { Number: > 0 } last)
            {
                draft.Add(source, entry, Refused($"line {last.Number} sets it again, and of one file the last line counts"));
            }
            else if (Answer(key, value) is { } answer)
            {
                draft.Add(source, entry, answer);
            }
            else
            {
                draft.AddUnknown(source, entry, OfPods.Concat(OfHost));
            }
        }
    }

    private static bool IsRight((int Number, string Text, SysctlLine? Setting) line) => line.Setting is not null || SysctlText.Exempted(line.Text) is not null;

    private static string NoSetting(string text) => $"'{Shortened(text)}' is not of the form key = value";

    private static (string Name, string Behind) AtFirstBlank(string text) => text.Split((char[]?)null, 2) switch
    {
        [var name, var behind] => (Shortened(name), Shortened(behind.Trim())),
        _ => (Shortened(text), ""),
    };

    private static string Shortened(string text) => text.Length > 60 ? text[..60] + "…" : text;

    // vm.swappiness 10: it has the name of a setting, if not its form.
    private static bool NamesSetting(string text) =>
        text.TrimStart('-').Split('.', '/') is [var folder, _, ..] && (folder is "net" || Elsewhere.Contains(folder));

    private static ImportAnswer? Answer(string key, string value)
    {
        if (SysctlPattern.Is(key) && OfPattern(key) is { } pattern)
        {
            return pattern;
        }
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
            _ when Elsewhere.Contains(key.Split('.')[0]) => Always(OnHost + "; no setting of the network"),
            _ when DeviceSetting(key) is { } name => name switch
            {
                "rp_filter" when value is "1" => Changed(OnHost + "; where it drops what pods send, `straum doctor` says so"),
                "disable_ipv6" when value is "1" => Changed(OnHost + "; nodes that have no IPv6 want ipv6.enabled: false"),
                "rp_filter" or "disable_ipv6" or "accept_redirects" or "secure_redirects" or "send_redirects" or "accept_source_route" or "log_martians"
                    or "arp_ignore" or "arp_announce" or "accept_ra" or "autoconf" or "promote_secondaries" => Always(OnHost),
                _ => null,
            },
            _ when key.StartsWith("net.ipv4.neigh.default.gc_", StringComparison.Ordinal) || key.StartsWith("net.ipv6.neigh.default.gc_", StringComparison.Ordinal) => Always(OnHost),
            _ => null,
        };
    }

    // net.ipv4.conf.DEVICE.name; a dot of the device's name is a slash here.
    private static string? DeviceSetting(string key) => key.Split('.') is ["net", "ipv4" or "ipv6", "conf", _, var name] ? name : null;

    private static ImportAnswer? OfPattern(string key)
    {
        var ofPods = OfPods.Where(k => SysctlPattern.Matches(key, k)).ToList();
        return ofPods.Count > 0
            ? Refused($"a pattern, which pods do not get: write out what they should have of it, {string.Join(", ", ofPods.Take(3))}{(ofPods.Count > 3 ? " and so on" : "")}; it {OnHost}")
            : Elsewhere.Contains(key.Split('.')[0]) ? Always(OnHost + "; no setting of the network")
            : null;
    }

    private static ImportAnswer ForPods(string key, string value, string why) =>
        As("pods.sysctls", new ConfigList([new ConfigScalar($"{key}={value}", IsPlain: true, 0, 0)], 0, 0), why);

    private static string ConntrackNote(string value) =>
        long.TryParse(value, out var size) && size <= 131_072
            ? OnHost + "; on more than 4 cores it is less than kube-proxy's floor of 32768 per core"
            : OnHost;
}
