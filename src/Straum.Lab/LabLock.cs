using Straum.Lab.Processes;
using Straum.Linux;

namespace Straum.Lab;

/// <summary>
/// Held by whoever builds, removes or tests a lab, so that two of them do not meet halfway. It says nothing about a lab
/// that just runs, which nobody holds; that is what <see cref="LabRecord"/> is for.
/// </summary>
public sealed class LabLock : IDisposable
{
    private readonly FileStream _file;

    private LabLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, when need be after waiting for another process. It is released by the kernel when the holder dies.</summary>
    /// <param name="waiting">Called once when there is somebody to wait for.</param>
    /// <param name="stop">Ends the wait.</param>
    public static Task<LabLock> AcquireAsync(Action<string>? waiting, CancellationToken stop) => AcquireAsync(LabPaths.LockFile, waiting, stop);

    /// <summary>Who holds the lock; null when nobody does.</summary>
    public static RunningProcess? Holder() => HolderOf(LabPaths.LockFile);

    /// <summary>The lock that another file is.</summary>
    internal static async Task<LabLock> AcquireAsync(string file, Action<string>? waiting, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var told = false;
        while (true)
        {
            try
            {
                // Sharing modes are flock(2) underneath.
                return new LabLock(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException e) when ((Errno)e.HResult == Errno.EAGAIN)
            {
                if (!told)
                {
                    var holder = HolderOf(file)?.ToString() ?? "another process";
                    waiting?.Invoke($"{holder} builds, removes or tests a lab (it holds {file}); waiting for it");
                    told = true;
                }
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), stop);
        }
    }

    public void Dispose() => _file.Dispose();

    private static RunningProcess? HolderOf(string file) => FileLock.HolderOf(file) is { } pid ? RunningProcess.Read(pid) : null;
}
