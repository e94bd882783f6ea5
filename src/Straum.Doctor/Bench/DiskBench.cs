using System.Globalization;
using Straum.Doctor.Measuring;

namespace Straum.Doctor.Bench;

/// <summary>The write pattern of etcd, as <c>straum doctor</c> judges it.</summary>
public static class DiskBench
{
    /// <exception cref="UnwritableDirectoryException">The directory takes no new file.</exception>
    /// <exception cref="Straum.Linux.LinuxException">The disk is full, or refuses to sync.</exception>
    public static IReadOnlyList<BenchFigure> Measure(string directory, TimeSpan limit, CancellationToken stop)
    {
        var measured = SyncProbe.Run(directory, SyncPattern.Etcd with { TimeLimit = limit }, stop);
        string?[] notes =
        [
            measured.Preallocated ? null : "this file system reserves no blocks in advance",
            measured.Complete ? null : string.Create(CultureInfo.InvariantCulture, $"stopped after {measured.Syncs.Count:#,0} of {SyncPattern.Etcd.Writes:#,0} writes"),
        ];
        return
        [
            BenchFigure.Rate("disk.syncs", measured.Syncs.Count / measured.Elapsed.TotalSeconds) with
            {
                Note = notes.Any(static n => n is not null) ? string.Join("; ", notes.Where(static n => n is not null)) : null,
            },
            .. BenchFigure.Percentiles("disk.sync", measured.Syncs),
            BenchFigure.Duration("disk.sync.max", measured.Syncs.Max),
        ];
    }
}
