using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Disk;

/// <summary>What a running etcd says about its disk, since it was started.</summary>
internal sealed class EtcdMetrics : Check
{
    private static readonly Uri[] Pages = [new("http://127.0.0.1:2381/metrics"), new("http://127.0.0.1:2379/metrics")];
    private static readonly (string Name, string What, TimeSpan Limit)[] Histograms =
    [
        ("etcd_disk_wal_fsync_duration_seconds", "log sync", TimeSpan.FromMilliseconds(10)),
        ("etcd_disk_backend_commit_duration_seconds", "database commit", TimeSpan.FromMilliseconds(25)),
    ];

    public override string Id => "ST-DI-004";

    public override string Title => "etcd finds its disk fast enough";

    public override CheckGroup Group => CheckGroup.Disk;

    public override Explanation Explanation { get; } = new(
        Why: "etcd measures its own disk all the time. This is the figure that counts, because it has the load of this cluster in it; ST-DI-001 measures an idle disk.",
        Threshold: "fail when the 99th percentile of wal_fsync is above 10 ms, warn when that of backend_commit is above 25 ms",
        Source: "etcd-io/website, docs/v3.6/faq.md; etcd's own metrics page",
        Fix: "move etcd to a faster disk, or give it one of its own; kubeadm: --listen-metrics-urls=http://127.0.0.1:2381 in /etc/kubernetes/manifests/etcd.yaml");

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        foreach (var page in Pages)
        {
            if (await host.GetAsync(page, stop).ConfigureAwait(false) is { } text && text.Contains(Histograms[0].Name, StringComparison.Ordinal))
            {
                return [.. Histograms.Select((h, i) => Judge(text, h.Name, h.What, h.Limit, i == 0 ? Verdict.Fail : Verdict.Warn))];
            }
        }
        return [EtcdDisk.IsAlive(host)
            ? Finding.Unknown("etcd runs, but its metrics are not at 127.0.0.1:2381 nor, without TLS, at :2379", fix: Explanation.Fix)
            : Finding.Skip("no etcd on this node")];
    }

    private static Finding Judge(string text, string name, string what, TimeSpan limit, Verdict beyond)
    {
        if (MetricHistogram.Read(text, name)?.Percentile(0.99) is not { } tail)
        {
            return Finding.Unknown($"etcd says nothing of its {what}s");
        }
        var measured = $"p99 of its {what}s at most {Figure.Time(tail)}";
        return tail > limit ? new Finding(beyond, measured) : Finding.Pass(measured);
    }
}
