using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>Makes changes to a directory survive a power loss: a file made, renamed or removed in it (fsync(2), "does not necessarily ensure").</summary>
public static class DurableDirectory
{
    public static void Sync(string path)
    {
        using var directory = Open(path);
        Sync(directory, path);
    }

    /// <summary>Waits until no other process holds the directory by this method, and holds it until what is returned is disposed.</summary>
    public static SafeFileHandle Lock(string path)
    {
        var directory = Open(path);
        if (Libc.flock(directory, Libc.LOCK_EX) != 0)
        {
            var refused = LinuxException.FromLastError("directory lock", path);
            directory.Dispose();
            throw refused;
        }
        return directory;
    }

    internal static void Sync(SafeFileHandle directory, string path)
    {
        if (Libc.fsync(directory) != 0)
        {
            throw LinuxException.FromLastError("directory sync", path);
        }
    }

    private static SafeFileHandle Open(string path)
    {
        var directory = Libc.Own(Libc.open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0));
        return directory.IsInvalid ? throw LinuxException.FromLastError("directory open", path) : directory;
    }
}
