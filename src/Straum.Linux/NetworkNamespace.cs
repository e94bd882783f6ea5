using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>
/// A network namespace, held by a descriptor: it lives at least as long as this object. Named namespaces are bind mounts
/// in <see cref="Directory"/>, as <c>ip netns</c> makes them, and each sees the other's.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    /// <summary>Where named namespaces are mounted.</summary>
    public const string Directory = "/run/netns";

    private NetworkNamespace(SafeFileHandle handle, string path)
    {
        Handle = handle;
        Path = path;
    }

    /// <summary>The nsfs descriptor, for calls that take a namespace by descriptor. Owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>The path this namespace was opened by.</summary>
    public string Path { get; }

    /// <summary>
    /// The kernel's number for this namespace, as <c>bpf_get_netns_cookie</c> returns it; never reused while the kernel runs.
    /// </summary>
    /// <exception cref="FeatureMissingException">Before Linux 5.14.</exception>
    public ulong Cookie => Run(ReadCookie);

    /// <summary>The inode of the namespace: equal for two handles of the same namespace.</summary>
    public unsafe ulong Inode
    {
        get
        {
            Libc.statx_buffer buffer;
            byte empty = 0;
            if (Libc.statx(Handle, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_INO, &buffer) != 0)
            {
                throw LinuxException.FromLastError("namespace stat", Path);
            }
            return buffer.stx_ino;
        }
    }

    /// <summary>Makes a namespace and mounts it at <see cref="Directory"/>/<paramref name="name"/>. Its loopback device is down.</summary>
    /// <exception cref="LinuxException">EEXIST when the name is taken.</exception>
    public static NetworkNamespace Create(string name)
    {
        Mounts.EnsureSharedDirectory(Directory);
        return CreateAt(PathOf(name));
    }

    /// <summary>Makes a namespace and mounts it on a new file at <paramref name="path"/>, whose directory must exist.</summary>
    /// <exception cref="LinuxException">EEXIST when the path exists.</exception>
    public static NetworkNamespace CreateAt(string path)
    {
        using (var file = Libc.Own(Libc.open(path, Libc.O_RDONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, 0)))
        {
            if (file.IsInvalid)
            {
                throw LinuxException.FromLastError("namespace create", path);
            }
        }
        try
        {
            OnOwnThread(path, () =>
            {
                if (Libc.unshare(Libc.CLONE_NEWNET) != 0)
                {
                    throw LinuxException.FromLastError("namespace create", path);
                }
                // The mount keeps the namespace alive once this thread, its only member, has ended.
                Mounts.Bind("/proc/thread-self/ns/net", path);
                return true;
            });
            return OpenPath(path);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Makes a namespace without a name: it ends with this object, unless something else is in it by then.</summary>
    public static NetworkNamespace CreateUnnamed() => OnOwnThread("unnamed", static () =>
    {
        if (Libc.unshare(Libc.CLONE_NEWNET) != 0)
        {
            throw LinuxException.FromLastError("namespace create", "unnamed");
        }
        return Current();
    });

    /// <summary>Opens a namespace by its name in <see cref="Directory"/> or, when it contains a slash, by path.</summary>
    /// <exception cref="LinuxException">ENOENT when there is none.</exception>
    public static NetworkNamespace Open(string nameOrPath) =>
        OpenPath(nameOrPath.Contains('/') ? nameOrPath : PathOf(nameOrPath));

    /// <summary>
    /// As <see cref="Open"/>, but answers <c>false</c> when the path is not there or leads to something else: a namespace that
    /// was unmounted leaves an ordinary file behind.
    /// </summary>
    public static bool TryOpen(string nameOrPath, [NotNullWhen(true)] out NetworkNamespace? found)
    {
        found = null;
        try
        {
            found = Open(nameOrPath);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ESRCH or Errno.ENXIO)
        {
            return false;
        }
        if (Libc.ioctl(found.Handle, Libc.NS_GET_NSTYPE) != Libc.CLONE_NEWNET)
        {
            found.Dispose();
            found = null;
            return false;
        }
        return true;
    }

    /// <summary>Opens the namespace of a process. ESRCH or ENOENT when the process has ended.</summary>
    public static NetworkNamespace OpenProcess(int pid) => OpenPath($"/proc/{pid}/ns/net");

    /// <summary>Opens the namespace of the calling thread.</summary>
    public static NetworkNamespace Current() => OpenPath("/proc/thread-self/ns/net");

    /// <summary>The names in <see cref="Directory"/>, sorted.</summary>
    public static IReadOnlyList<string> List() =>
        System.IO.Directory.Exists(Directory)
            ? [.. new DirectoryInfo(Directory).EnumerateFiles().Select(f => f.Name).Order(StringComparer.Ordinal)]
            : [];

    public static bool Exists(string name) => File.Exists(PathOf(name));

    /// <summary>
    /// Unmounts and removes the name. The namespace itself ends with its last process, socket and descriptor.
    /// Returns <c>false</c> when there was no such name.
    /// </summary>
    public static bool Delete(string name) => DeleteAt(PathOf(name));

    /// <summary>As <see cref="Delete"/>, for a namespace made by <see cref="CreateAt"/>.</summary>
    public static bool DeleteAt(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        // Mounts can be stacked when two makers raced; each unmount takes the topmost.
        while (Mounts.Unmount(path))
        {
        }
        File.Delete(path);
        return true;
    }

    /// <summary>
    /// Runs <paramref name="action"/> inside the namespace on a thread of its own that then ends, and returns its result; an
    /// exception flows back. What is opened inside (sockets, processes) stays in the namespace and may be used from anywhere.
    /// The action must be synchronous: after an <c>await</c> it would continue on a thread that is elsewhere.
    /// </summary>
    public T Run<T>(Func<T> action) => OnOwnThread(Path, () =>
    {
        if (Libc.setns(Handle, Libc.CLONE_NEWNET) != 0)
        {
            throw LinuxException.FromLastError("namespace enter", Path);
        }
        return action();
    });

    /// <inheritdoc cref="Run{T}"/>
    public void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    public void Dispose() => Handle.Dispose();

    public override string ToString() => Path;

    private static string PathOf(string name)
    {
        if (name.Length == 0 || name.Contains('/') || name is "." or "..")
        {
            throw new ArgumentException($"'{name}' cannot name a network namespace", nameof(name));
        }
        return $"{Directory}/{name}";
    }

    private static NetworkNamespace OpenPath(string path)
    {
        var handle = Libc.Own(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
        if (handle.IsInvalid)
        {
            throw LinuxException.FromLastError("namespace open", path);
        }
        return new NetworkNamespace(handle, path);
    }

    private unsafe ulong ReadCookie()
    {
        using var socket = Libc.Own(Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0));
        if (socket.IsInvalid)
        {
            throw LinuxException.FromLastError("socket create", Path);
        }
        ulong cookie;
        var length = (uint)sizeof(ulong);
        if (Libc.getsockopt(socket, Libc.SOL_SOCKET, Libc.SO_NETNS_COOKIE, &cookie, &length) != 0)
        {
            var errno = (Errno)Marshal.GetLastPInvokeError();
            throw errno == Errno.ENOPROTOOPT
                ? new FeatureMissingException("SO_NETNS_COOKIE", new Version(5, 14), "namespace cookie", Path, errno)
                : new LinuxException("namespace cookie", Path, errno);
        }
        return cookie;
    }

    /// <summary>A namespace belongs to a thread, so the thread that changes it must never return to the pool.</summary>
    private static T OnOwnThread<T>(string path, Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = "netns " + path };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
