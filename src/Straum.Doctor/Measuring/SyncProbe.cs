using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Straum.Linux;

namespace Straum.Doctor.Measuring;

/// <summary>Appends and syncs as etcd's write-ahead log does, and removes the file.</summary>
internal static class SyncProbe
{
    /// <exception cref="IOException">The directory cannot be written to.</exception>
    public static SyncMeasurement Run(string directory, SyncPattern pattern, CancellationToken stop)
    {
        var path = Path.Combine(directory, $".straum-doctor-{Environment.ProcessId}-{Environment.TickCount64:x}");
        // Deleted when closed, also when this process is killed between the two: the name goes first.
        // etcd and fio both reserve the file's blocks first: no write then waits for the allocator.
        using var file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, preallocationSize: (long)pattern.Writes * pattern.WriteSize);
        File.Delete(path);
        return Measure(file, directory, pattern, stop);
    }

    private static SyncMeasurement Measure(SafeFileHandle file, string directory, SyncPattern pattern, CancellationToken stop)
    {
        var block = new byte[pattern.WriteSize];
        Random.Shared.NextBytes(block);
        LatencyHistogram syncs = new(), writes = new();
        var started = Stopwatch.GetTimestamp();
        var made = 0;
        for (; made < pattern.Writes && Stopwatch.GetElapsedTime(started) < pattern.TimeLimit; made++)
        {
            stop.ThrowIfCancellationRequested();
            var begin = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, block, (long)made * block.Length);
            var written = Stopwatch.GetTimestamp();
            DataSync.Flush(file, directory);
            writes.Record(Stopwatch.GetElapsedTime(begin, written));
            syncs.Record(Stopwatch.GetElapsedTime(written));
            if (pattern.Interval - Stopwatch.GetElapsedTime(begin) is var rest && rest > TimeSpan.Zero)
            {
                stop.WaitHandle.WaitOne(rest);
            }
        }
        return new SyncMeasurement(directory, syncs, writes, Stopwatch.GetElapsedTime(started), made == pattern.Writes);
    }
}
