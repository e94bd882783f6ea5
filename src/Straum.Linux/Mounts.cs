using System.Runtime.InteropServices;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>The mount table, and the few mounts that a network stack makes.</summary>
public static class Mounts
{
    /// <summary>Where the BPF file system belongs.</summary>
    public const string BpfFileSystem = "/sys/fs/bpf";

    /// <summary>The mounts this process sees, in mount order: of two at one path the later one is visible.</summary>
    public static IReadOnlyList<MountPoint> List() =>
        [.. File.ReadLines("/proc/self/mountinfo").Select(MountPoint.Parse)];

    public static bool IsMountPoint(string path)
    {
        var wanted = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return List().Any(m => m.Path == wanted);
    }

    /// <summary>Mounts the BPF file system unless it is there. Pins made under it outlive the process, not the machine.</summary>
    public static void EnsureBpfFileSystem(string path = BpfFileSystem)
    {
        if (List().LastOrDefault(m => m.Path == path)?.FileSystemType == "bpf")
        {
            return;
        }
        Directory.CreateDirectory(path);
        if (Libc.mount("bpf", path, "bpf", 0, null) != 0)
        {
            throw LinuxException.FromLastError("mount bpf", path);
        }
    }

    /// <summary>Makes <paramref name="source"/> visible at <paramref name="target"/>, which must exist.</summary>
    public static void Bind(string source, string target)
    {
        if (Libc.mount(source, target, "none", Libc.MS_BIND, null) != 0)
        {
            throw LinuxException.FromLastError("mount bind", $"{source} on {target}");
        }
    }

    /// <summary>
    /// Makes a directory writable that lies on a read-only mount, for this process's mount namespace and this directory alone.
    /// Container runtimes mount <c>/proc/sys</c> so. Does nothing where it is writable already.
    /// </summary>
    /// <exception cref="LinuxException">EPERM or EACCES without CAP_SYS_ADMIN, or where a security module forbids mounts.</exception>
    public static void EnsureWritable(string path)
    {
        if (List().LastOrDefault(m => m.Path == path || m.Path == "/" || path.StartsWith(m.Path + "/", StringComparison.Ordinal)) is not { IsReadOnly: true })
        {
            return;
        }
        Bind(path, path);
        const ulong writable = Libc.MS_REMOUNT | Libc.MS_BIND | Libc.MS_NOSUID | Libc.MS_NODEV | Libc.MS_NOEXEC;
        if (Libc.mount("none", path, "none", writable, null) != 0)
        {
            var errno = (Errno)Marshal.GetLastPInvokeError();
            Unmount(path);
            throw new LinuxException("mount writable", path, errno);
        }
    }

    /// <summary>
    /// Detaches the topmost mount at <paramref name="path"/> (it disappears now, its users keep it until they are done).
    /// Returns <c>false</c> when nothing is mounted there.
    /// </summary>
    public static bool Unmount(string path)
    {
        if (Libc.umount2(path, Libc.MNT_DETACH) == 0)
        {
            return true;
        }
        var errno = (Errno)Marshal.GetLastPInvokeError();
        return errno is Errno.EINVAL or Errno.ENOENT ? false : throw new LinuxException("unmount", path, errno);
    }

    /// <summary>
    /// Makes a directory whose mounts are seen by every mount namespace that shares it, as <c>ip netns</c> does for named
    /// namespaces: without it a namespace deleted here would live on in copies of the mount.
    /// </summary>
    internal static void EnsureSharedDirectory(string path)
    {
        Directory.CreateDirectory(path);
        // Two makers at once would stack two mounts, and the upper hides what is in the lower. ip(8) takes the same lock.
        using var directory = Libc.Own(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
        if (directory.IsInvalid || Libc.flock(directory, Libc.LOCK_EX) != 0)
        {
            throw LinuxException.FromLastError("lock", path);
        }
        if (Libc.mount("", path, "none", Libc.MS_SHARED | Libc.MS_REC, null) == 0)
        {
            return;
        }
        var errno = (Errno)Marshal.GetLastPInvokeError();
        if (errno != Errno.EINVAL)
        {
            throw new LinuxException("mount shared", path, errno);
        }
        // EINVAL: not a mount point yet, and only a mount point has a propagation type.
        if (Libc.mount(path, path, "none", Libc.MS_BIND | Libc.MS_REC, null) != 0
            || Libc.mount("", path, "none", Libc.MS_SHARED | Libc.MS_REC, null) != 0)
        {
            throw LinuxException.FromLastError("mount shared", path);
        }
    }
}
