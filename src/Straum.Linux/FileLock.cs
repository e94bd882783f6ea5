using System.Globalization;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>Who holds a file by flock(2), which the kernel tells of in <c>/proc/locks</c> (proc_locks(5)).</summary>
public static class FileLock
{
    private const string Locks = "/proc/locks";

    /// <summary>
    /// The process that holds the file exclusively; null when none does, when it is in a pid namespace that this one does not see,
    /// where <c>/proc/locks</c> numbers the file system otherwise than stat(2) does (btrfs), and where it is hidden.
    /// </summary>
    public static int? HolderOf(string path)
    {
        if (FileOf(path) is not { } file || !File.Exists(Locks))
        {
            return null;
        }
        // "1: FLOCK  ADVISORY  WRITE 4032 fe:00:925721 0 EOF"; who waits has an arrow after the number.
        foreach (var line in File.ReadLines(Locks))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields is [_, "FLOCK", _, "WRITE", var pid, var held, ..] && held == file
                && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var holder) && holder > 0)
            {
                return holder;
            }
        }
        return null;
    }

    // As the kernel writes it there; null when it cannot be opened.
    private static unsafe string? FileOf(string path)
    {
        using var handle = Libc.Own(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
        Libc.statx_buffer buffer;
        byte empty = 0;
        return handle.IsInvalid || Libc.statx(handle, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_INO, &buffer) != 0
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{buffer.stx_dev_major:x2}:{buffer.stx_dev_minor:x2}:{buffer.stx_ino}");
    }
}
