using Straum.Doctor.Measuring;

namespace Straum.Doctor.Bench;

/// <summary>The write pattern of etcd, as <c>straum doctor</c> judges it.</summary>
public static class DiskBench
{
    /// <exception cref="IOException">The directory cannot be written to.</exception>
    /// <exception cref="Straum.Linux.LinuxException">The disk is full, or refuses to sync.</exception>
    public static IReadOnlyList<BenchFigure> Measure(string directory, TimeSpan limit, CancellationToken stop)
    {
        var measured = SyncProbe.Run(directory, SyncPattern.Etcd with { TimeLimit = limit }, stop);
        return
        [
            BenchFigure.Rate("disk.syncs", measured.Syncs.Count / measured.Elapsed.TotalSeconds) with
            {
                Note = measured.Preallocated ? null : "this file system reserves no blocks in advance",
            },
            .. BenchFigure.Percentiles("disk.sync", measured.Syncs),
            BenchFigure.Duration("disk.sync.max", measured.Syncs.Max),
        ];
    }
}
