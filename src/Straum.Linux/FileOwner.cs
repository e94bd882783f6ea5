using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>Whom a file belongs to, as the kernel numbers them.</summary>
/// <param name="User">uid.</param>
/// <param name="Group">gid.</param>
public readonly record struct FileOwner(uint User, uint Group)
{
    /// <summary>Of the path itself, also when it is a link.</summary>
    /// <exception cref="LinuxException">There is no such file, or it may not be looked at.</exception>
    public static unsafe FileOwner Of(string path)
    {
        Libc.statx_buffer buffer;
        return Libc.statx(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_UID | Libc.STATX_GID, &buffer) != 0
            ? throw LinuxException.FromLastError("file stat", path)
            : new FileOwner(buffer.stx_uid, buffer.stx_gid);
    }

    /// <summary>Makes it theirs; does not follow a link.</summary>
    /// <exception cref="LinuxException">EPERM without CAP_CHOWN, unless it is theirs already.</exception>
    public void Give(string path)
    {
        if (Of(path) != this && Libc.lchown(path, User, Group) != 0)
        {
            throw LinuxException.FromLastError("file chown", path);
        }
    }
}
