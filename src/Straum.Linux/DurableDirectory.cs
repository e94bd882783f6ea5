using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>Makes changes to a directory survive a power loss: a file made, renamed or removed in it (fsync(2), "does not necessarily ensure").</summary>
public static class DurableDirectory
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static void Sync(string path)
    {
        using var directory = Open(path);
        if (Libc.fsync(directory) != 0)
        {
            throw LinuxException.FromLastError("directory sync", path);
        }
    }

    /// <summary>Whether this process may make and rename files in a directory, as far as its mode and mount say: access(2).</summary>
    public static bool MayWrite(string path) => Libc.access(path, Libc.W_OK) == 0;

    /// <summary>Holds the directory until what is returned is disposed; nobody else who asks by this method holds it at the same time.</summary>
    /// <param name="path">Whoever may read it may hold it too, by flock(2): for what can do without, or fail.</param>
    /// <param name="patience">How long to wait for whoever holds it.</param>
    /// <exception cref="LinuxException">EAGAIN: it was held all the time.</exception>
    public static SafeFileHandle Lock(string path, TimeSpan patience)
    {
        var directory = Open(path);
        var started = Stopwatch.GetTimestamp();
        while (Libc.flock(directory, Libc.LOCK_EX | Libc.LOCK_NB) != 0)
        {
            var errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno == Errno.EINTR || (errno == Errno.EAGAIN && Stopwatch.GetElapsedTime(started) < patience))
            {
                Thread.Sleep(Pause);
                continue;
            }
            directory.Dispose();
            throw new LinuxException("directory lock", path, errno, errno == Errno.EAGAIN ? "another process holds it, lslocks says which: let it end, or end it" : null);
        }
        return directory;
    }

    private static SafeFileHandle Open(string path)
    {
        var directory = Libc.Own(Libc.open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0));
        return directory.IsInvalid ? throw LinuxException.FromLastError("directory open", path) : directory;
    }
}
