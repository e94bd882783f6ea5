using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>Makes changes to a directory survive a power loss: a file made, renamed or removed in it (fsync(2), "does not necessarily ensure").</summary>
public static class DurableDirectory
{
    public static void Sync(string path)
    {
        using var directory = Libc.Own(Libc.open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0));
        if (directory.IsInvalid)
        {
            throw LinuxException.FromLastError("directory open", path);
        }
        if (Libc.fsync(directory) != 0)
        {
            throw LinuxException.FromLastError("directory sync", path);
        }
    }
}
