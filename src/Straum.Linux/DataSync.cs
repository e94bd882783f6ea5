using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>fdatasync(2): data on the disk, and of the metadata only what reading it needs. .NET offers fsync alone.</summary>
public static class DataSync
{
    /// <exception cref="LinuxException">EIO, ENOSPC, EROFS.</exception>
    public static void Flush(SafeFileHandle file, string path)
    {
        if (Libc.fdatasync(file) != 0)
        {
            throw LinuxException.FromLastError("fdatasync", path);
        }
    }
}
