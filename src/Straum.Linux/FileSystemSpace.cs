using System.Runtime.InteropServices;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>How full a file system is (statvfs(3)).</summary>
/// <param name="Id">The same for all paths of one file system; 0 where it has none.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Free">Bytes that may be written by others than root.</param>
/// <param name="Files">How many files and directories it can hold; 0 where it has no such limit (btrfs).</param>
/// <param name="FreeFiles">How many more.</param>
public readonly record struct FileSystemSpace(ulong Id, long Size, long Free, long Files, long FreeFiles)
{
    /// <summary>Of the file system that holds <paramref name="path"/>; null when the path is not there.</summary>
    /// <exception cref="LinuxException">EACCES, EIO.</exception>
    public static FileSystemSpace? Read(string path)
    {
        Libc.statvfs_buffer buffer;
        while (Libc.statvfs(path, out buffer) != 0)
        {
            var errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno is Errno.ENOENT or Errno.ENOTDIR)
            {
                return null;
            }
            if (errno != Errno.EINTR)
            {
                throw new LinuxException("statvfs", path, errno);
            }
        }
        // Counts are in fragments, whatever the block size is.
        return new FileSystemSpace(
            buffer.f_fsid, (long)(buffer.f_blocks * buffer.f_frsize), (long)(buffer.f_bavail * buffer.f_frsize), (long)buffer.f_files, (long)buffer.f_favail);
    }
}
