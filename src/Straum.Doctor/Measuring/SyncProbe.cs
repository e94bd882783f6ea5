using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Straum.Linux;

namespace Straum.Doctor.Measuring;

/// <summary>Writes and syncs as etcd's write-ahead log does, into a file that has its size and blocks before, and removes it.</summary>
internal static class SyncProbe
{
    /// <exception cref="UnwritableDirectoryException">The directory takes no new file.</exception>
    /// <exception cref="LinuxException">The disk is full, or refuses to sync.</exception>
    public static SyncMeasurement Run(string directory, SyncPattern pattern, CancellationToken stop)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"{directory} is no directory");
        }
        var path = Path.Combine(directory, $".straum-doctor-{Environment.ProcessId}-{Environment.TickCount64:x}");
        // Deleted when closed, also when this process is killed between the two: the name goes first.
        using var file = Make(path, directory);
        File.Delete(path);
        return Measure(file, directory, pattern, stop);
    }

    private static SafeFileHandle Make(string path, string directory)
    {
        try
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }
        // /proc says ENOENT of a name that it has no file for.
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException { HResult: (int)Errno.EROFS })
        {
            throw new UnwritableDirectoryException(directory, e);
        }
    }

    private static SyncMeasurement Measure(SafeFileHandle file, string directory, SyncPattern pattern, CancellationToken stop)
    {
        // As etcd and fio do: a sync then has no new size to commit, and a write does not wait for the allocator.
        var preallocated = Preallocation.Extend(file, pattern.FileSize, directory);
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
        return new SyncMeasurement(directory, syncs, writes, Stopwatch.GetElapsedTime(started), made == pattern.Writes, preallocated);
    }
}
