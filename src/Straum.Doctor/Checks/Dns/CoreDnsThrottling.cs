using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Dns;

/// <summary>The CPU limit of CoreDNS pods on this node.</summary>
internal sealed class CoreDnsThrottling : Check
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private const double FailShare = 0.25;

    public override string Id => "ST-DN-004";

    public override string Title => "CoreDNS is not held back by its CPU limit";

    public override CheckGroup Group => CheckGroup.Dns;

    public override Explanation Explanation { get; } = new(
        Why: "A CPU limit is enforced in periods of 100 ms: a CoreDNS that has used up its share stands still for the rest of each, and every lookup of the cluster waits, while its average use looks low.",
        Threshold: "over ten seconds: warn when one period was throttled, fail when a quarter was",
        Source: "nr_throttled and nr_periods in cpu.stat; kernel documentation, scheduler/sched-bwc.rst",
        Fix: "kubectl -n kube-system set resources deployment coredns --limits=cpu=0 --requests=cpu=100m");

    public override bool BeforeInstall => false;

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var groups = Disk.EtcdDisk.ProcessesOf(host, "coredns").Select(p => StatisticsOf(host, p)).OfType<string>().Distinct().ToList();
        if (groups.Count == 0)
        {
            return [Finding.Skip("no CoreDNS runs on this node")];
        }
        var before = groups.ConvertAll(g => Read(host, g));
        await host.PauseAsync(Window, stop).ConfigureAwait(false);
        return
        [
            .. groups.Select((group, i) =>
            {
                var now = Read(host, group);
                var (periods, throttled) = (now.Periods - before[i].Periods, now.Throttled - before[i].Throttled);
                var measured = $"{throttled} of {periods} periods throttled";
                var subject = Path.GetFileName(Path.GetDirectoryName(group)) ?? group;
                return throttled == 0 ? Finding.Pass(measured, subject) : throttled > FailShare * periods ? Finding.Fail(measured, subject) : Finding.Warn(measured, subject);
            }),
        ];
    }

    /// <summary>The cpu.stat of a process' group: version 2, or the cpu hierarchy of version 1.</summary>
    private static string? StatisticsOf(IHost host, string process)
    {
        foreach (var fields in (host.ReadText($"/proc/{process}/cgroup") ?? "").Split('\n').Select(static l => l.Split(':', 3)).Where(static f => f.Length == 3))
        {
            var file = fields[1] is "" ? $"{host.Mounts.LastOrDefault(static m => m.FileSystemType == "cgroup2")?.Path}{fields[2]}/cpu.stat"
                : fields[1].Split(',').Contains("cpu") ? $"/sys/fs/cgroup/cpu{fields[2]}/cpu.stat" : null;
            if (file is not null && host.ReadText(file)?.Contains("nr_periods", StringComparison.Ordinal) == true)
            {
                return file;
            }
        }
        return null;
    }

    private static (long Periods, long Throttled) Read(IHost host, string file)
    {
        var values = (host.ReadText(file) ?? "").Split('\n').Select(NumberFields.Split).Where(static f => f.Length == 2).ToDictionary(static f => f[0], static f => NumberFields.Parse(f[1]));
        return (values.GetValueOrDefault("nr_periods"), values.GetValueOrDefault("nr_throttled"));
    }
}
