using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>
/// fallocate(2) with mode 0: blocks are reserved <em>and</em> the file has its full size. .NET's <c>preallocationSize</c> keeps
/// the size (FALLOC_FL_KEEP_SIZE), and every append that is synced then commits a new one as well.
/// </summary>
public static class Preallocation
{
    /// <summary>Gives an empty file its size, and its blocks where the file system can reserve them.</summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="path">Named in faults.</param>
    /// <returns>Whether the blocks are reserved; otherwise the file has its size, and blocks come with the writes.</returns>
    /// <exception cref="LinuxException">ENOSPC, EDQUOT, EFBIG.</exception>
    public static bool Extend(SafeFileHandle file, long size, string path)
    {
        while (Libc.fallocate(file, 0, 0, size) != 0)
        {
            var errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno is Errno.EOPNOTSUPP or Errno.ENOSYS)
            {
                RandomAccess.SetLength(file, size);
                return false;
            }
            if (errno != Errno.EINTR)
            {
                throw new LinuxException("fallocate", path, errno);
            }
        }
        return true;
    }
}
