using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reporting;

namespace Straum.Doctor.Evidence;

/// <summary>
/// One archive with what somebody who helps would ask for: the doctor's report, the agent's reports, tables of the kernel and
/// logs. Secrets are taken out of every text (<see cref="Redaction"/>). It changes nothing, and of other pods it reads addresses, routes and neighbours alone.
/// </summary>
/// <remarks>To add something: one line in <see cref="Items"/>. What a host does not have is named in MANIFEST.txt, never an error.</remarks>
public sealed class EvidenceArchive(IHost host)
{
    private const int MostCharacters = 4 << 20;
    private const int MostPods = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What is collected, in this order.</summary>
    public static IReadOnlyList<EvidenceItem> Items { get; } =
    [
        EvidenceItem.File("host/os-release", "/etc/os-release"),
        EvidenceItem.File("host/kernel", "/proc/version"),
        EvidenceItem.File("host/cmdline", "/proc/cmdline"),
        EvidenceItem.File("host/mounts", "/proc/mounts"),
        EvidenceItem.File("host/meminfo", "/proc/meminfo"),
        EvidenceItem.File("host/loadavg", "/proc/loadavg"),
        EvidenceItem.File("host/softnet_stat", "/proc/net/softnet_stat"),
        EvidenceItem.File("host/interrupts", "/proc/interrupts"),
        EvidenceItem.File("host/resolv.conf", "/etc/resolv.conf"),
        EvidenceItem.Tool("host/sysctl-net", "sysctl", "-a", "--pattern", "^net\\."),
        EvidenceItem.NetworkFile("network/snmp", "/proc/net/snmp"),
        EvidenceItem.NetworkFile("network/netstat", "/proc/net/netstat"),
        EvidenceItem.NetworkFile("network/nf_conntrack-stat", "/proc/net/stat/nf_conntrack"),
        EvidenceItem.Tool("network/links", "ip", "-d", "-s", "link"),
        EvidenceItem.Tool("network/addresses", "ip", "address"),
        EvidenceItem.Tool("network/routes4", "ip", "-4", "route", "show", "table", "all"),
        EvidenceItem.Tool("network/routes6", "ip", "-6", "route", "show", "table", "all"),
        EvidenceItem.Tool("network/rules", "ip", "rule"),
        EvidenceItem.Tool("network/neighbours", "ip", "-s", "neighbour"),
        EvidenceItem.Tool("network/qdiscs", "tc", "-s", "qdisc"),
        EvidenceItem.Tool("network/nftables", "nft", "list", "ruleset"),
        EvidenceItem.Tool("network/iptables", "iptables-save"),
        EvidenceItem.Tool("network/ip6tables", "ip6tables-save"),
        EvidenceItem.Tool("network/sockets", "ss", "-s"),
        EvidenceItem.Tool("network/bpf", "bpftool", "net"),
        new EvidenceItem("agent/straum.yaml", AgentFiles.ConfigSource, "not on this host", static (host, _) => Task.FromResult(AgentFiles.Config(host))),
        EvidenceItem.Agent("status"),
        EvidenceItem.Agent("services"),
        EvidenceItem.Agent("endpoints"),
        EvidenceItem.Agent("pods"),
        EvidenceItem.Agent("routes"),
        EvidenceItem.Agent("drops"),
        new EvidenceItem("logs/straum", AgentFiles.LogSource, AgentFiles.NoLog, AgentFiles.LogAsync),
        EvidenceItem.Unit("logs/kubelet", "kubelet", lines: 500),
        EvidenceItem.Tool("logs/kernel", "dmesg", "--time-format", "iso"),
    ];

    /// <summary>Writes the archive (tar, gzip) and returns what MANIFEST.txt says of each source.</summary>
    /// <param name="output">Left open.</param>
    /// <param name="report">Of the doctor.</param>
    /// <param name="version">Of the program.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<IReadOnlyList<EvidenceEntry>> WriteAsync(Stream output, DoctorReport report, string version, CancellationToken stop)
    {
        var manifest = new List<EvidenceEntry>();
        await using var zip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        await using var tar = new TarWriter(zip, TarEntryFormat.Pax, leaveOpen: true);
        using (var json = new MemoryStream())
        {
            JsonReport.Write(report, json);
            await AddAsync("doctor.json", Encoding.UTF8.GetString(json.GetBuffer(), 0, (int)json.Length)).ConfigureAwait(false);
            manifest.Add(new EvidenceEntry("doctor.json", "straum doctor -o json"));
        }
        foreach (var item in Items.Concat(PodItems(manifest)))
        {
            var (text, note) = await ReadAsync(item, stop).ConfigureAwait(false);
            if (text is not null)
            {
                await AddAsync(item.Name, text).ConfigureAwait(false);
            }
            manifest.Add(new EvidenceEntry(item.Name, item.Source, note, Missing: text is null));
        }
        var head = $"straum {version}, {report.Host}, Linux {report.Kernel}, {report.Time:u}; secrets are redacted\n";
        await AddAsync("MANIFEST.txt", head + string.Concat(manifest.Select(static e => $"{e}\n"))).ConfigureAwait(false);
        return manifest;

        Task AddAsync(string name, string text) => tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"straum-report/{name}")
        {
            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Redaction.Apply(text))),
            ModificationTime = report.Time,
        }, stop);
    }

    /// <summary>What is read of each pod, and what the manifest has to say of all of them.</summary>
    private IEnumerable<EvidenceItem> PodItems(List<EvidenceEntry> manifest)
    {
        const string Source = "network namespaces of the node's pods";
        IReadOnlyList<PodNetwork> pods;
        try
        {
            pods = host.Pods;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            manifest.Add(new EvidenceEntry("pods", Source, e.Message, Missing: true));
            yield break;
        }
        manifest.Add(new EvidenceEntry("pods", Source, pods.Count > MostPods ? $"{MostPods} of {pods.Count}, {pods.Count - MostPods} are left out" : $"{pods.Count}"));
        var names = new HashSet<string>();
        foreach (var pod in pods.Take(MostPods))
        {
            var plain = string.Concat(pod.Name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_'));
            // Without an agent a pod has the name of a process or of a mount, and two may have the same.
            var name = plain;
            for (var number = 2; !names.Add(name); number++)
            {
                name = $"{plain}-{number}";
            }
            yield return InPod("addresses", "address");
            yield return InPod("routes4", "route");
            yield return InPod("routes6", "-6", "route");
            yield return InPod("neighbours", "neighbour");

            EvidenceItem InPod(string what, params string[] arguments) => EvidenceItem.Tool($"pods/{name}/{what}", "nsenter", [$"--net={pod.Path}", "ip", .. arguments]);
        }
    }

    /// <summary>The text, its end when it is very long; or why there is none.</summary>
    private async Task<(string? Text, string? Note)> ReadAsync(EvidenceItem item, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        try
        {
            return await item.ReadAsync(host, limit.Token).ConfigureAwait(false) is not { } text ? (null, item.Absent)
                : text.Length > MostCharacters ? (text[^MostCharacters..], $"the last {MostCharacters} of {text.Length} characters")
                : (text, null);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (null, e.Message);
        }
    }
}
