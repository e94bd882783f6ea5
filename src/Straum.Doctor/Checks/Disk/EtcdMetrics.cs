using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Disk;

/// <summary>What a running etcd says about its disk, over ten seconds or, where that is too little, since it began.</summary>
internal sealed class EtcdMetrics : Check
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly Uri[] Pages = [new("http://127.0.0.1:2381/metrics"), new("http://127.0.0.1:2379/metrics")];
    private static readonly (string Name, string What, TimeSpan Limit)[] Histograms =
    [
        ("etcd_disk_wal_fsync_duration_seconds", "log sync", TimeSpan.FromMilliseconds(10)),
        ("etcd_disk_backend_commit_duration_seconds", "database commit", TimeSpan.FromMilliseconds(25)),
    ];

    /// <summary>Of fewer the 99th percentile is the slowest one.</summary>
    private const long Enough = 100;

    public override string Id => "ST-DI-004";

    public override string Title => "etcd finds its disk fast enough";

    public override CheckGroup Group => CheckGroup.Disk;

    public override Explanation Explanation { get; } = new(
        Why: "etcd measures its own disk all the time. This is the figure that counts, because it has the load of this cluster in it; ST-DI-001 measures an idle disk.",
        Threshold: "99th percentile over ten seconds, or since etcd began when there were fewer than 100: fail when that of wal_fsync is above 10 ms, warn when the bucket that it falls in has 10 ms inside; warn when that of backend_commit is above 25 ms",
        Source: "etcd-io/website, docs/v3.6/faq.md; etcd's own metrics page, whose buckets end at 1, 2, 4, 8, 16 ms and so on",
        Fix: "move etcd to a faster disk, or give it one of its own; kubeadm: --listen-metrics-urls=http://127.0.0.1:2381 in /etc/kubernetes/manifests/etcd.yaml");

    public override TimeSpan Limit => TimeSpan.FromSeconds(40);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        foreach (var page in Pages)
        {
            if (await ReadAsync(host, page, stop).ConfigureAwait(false) is { } before)
            {
                await host.PauseAsync(Window, stop).ConfigureAwait(false);
                var after = await ReadAsync(host, page, stop).ConfigureAwait(false) ?? before;
                return [.. Histograms.Select((h, i) => Judge(before, after, h.Name, h.What, h.Limit, strict: i == 0))];
            }
        }
        return [EtcdDisk.IsAlive(host)
            ? Finding.Unknown("etcd runs, but its metrics are not at 127.0.0.1:2381 nor, without TLS, at :2379", fix: Explanation.Fix)
            : Finding.Skip("no etcd on this node")];
    }

    /// <summary>Null where there is no such page: nobody listens, or another than etcd, or etcd for clients with certificates only.</summary>
    private static async Task<string?> ReadAsync(IHost host, Uri page, CancellationToken stop)
    {
        try
        {
            return await host.GetAsync(page, stop).ConfigureAwait(false) is { } text && text.Contains(Histograms[0].Name, StringComparison.Ordinal) ? text : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private static Finding Judge(string before, string after, string name, string what, TimeSpan limit, bool strict)
    {
        if (MetricHistogram.Read(after, name) is not { } life)
        {
            return Finding.Unknown($"etcd says nothing of its {what}s");
        }
        var recent = life.Since(MetricHistogram.Read(before, name));
        var judged = recent is { Count: >= Enough } ? recent : life;
        var (above, atMost) = judged.Bucket(0.99);
        var range = atMost <= limit || above == TimeSpan.Zero ? $"at most {Figure.Time(atMost)}"
            : atMost == TimeSpan.MaxValue ? $"above {Figure.Time(above)}"
            : $"between {Figure.Time(above)} and {Figure.Time(atMost)}";
        var measured = $"p99 of its {what}s {range}, of {Figure.Count(judged.Count)} " + (judged == life ? "since etcd began" : $"in {Window.TotalSeconds:0} s");
        return atMost <= limit ? Finding.Pass(measured)
            : above >= limit ? strict ? Finding.Fail(measured) : Finding.Warn(measured)
            : strict ? Finding.Warn(measured) : Finding.Pass(measured);
    }
}
