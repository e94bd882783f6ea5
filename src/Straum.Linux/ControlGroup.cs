using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>
/// A group of the cgroup v2 hierarchy. On hybrid hosts v2 is mounted beside v1, without controllers; for BPF programs and
/// for ending processes together that is enough.
/// </summary>
public sealed class ControlGroup
{
    private static readonly Lazy<string> FoundMount = new(FindMount);

    private ControlGroup(string path) => Path = path;

    /// <summary>Where cgroup v2 is mounted: <c>/sys/fs/cgroup</c>, or <c>/sys/fs/cgroup/unified</c> on hybrid hosts.</summary>
    /// <exception cref="LinuxException">ENODEV when it is not mounted.</exception>
    public static string Mount => FoundMount.Value;

    /// <summary>The group of all processes.</summary>
    public static ControlGroup Root => new(Mount);

    /// <summary>Absolute, below <see cref="Mount"/> or another mount of cgroup v2.</summary>
    public string Path { get; }

    /// <summary>The kernel's number for the group, as <c>bpf_get_current_cgroup_id</c> returns it.</summary>
    public unsafe ulong Id
    {
        get
        {
            using var handle = OpenHandle();
            Libc.statx_buffer buffer;
            byte empty = 0;
            if (Libc.statx(handle, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_INO, &buffer) != 0)
            {
                throw LinuxException.FromLastError("cgroup stat", Path);
            }
            return buffer.stx_ino;
        }
    }

    /// <summary>A process lives in the group or below it, by the kernel's word (<c>cgroup.events</c>, which <see cref="Root"/> does not have).</summary>
    public bool IsPopulated
    {
        get
        {
            try
            {
                return File.ReadLines(Path + "/cgroup.events").Contains("populated 1");
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return false;
            }
            catch (IOException e) when ((Errno)e.HResult == Errno.ENODEV)
            {
                // Removed while the file was open.
                return false;
            }
        }
    }

    /// <summary>Writing a process id here moves the process into the group.</summary>
    internal string MembersFile => Path + "/cgroup.procs";

    /// <summary>Makes the group and those above it, unless they exist.</summary>
    /// <param name="path">Relative to <see cref="Mount"/>, or absolute and below any mount of cgroup v2.</param>
    public static ControlGroup Create(string path)
    {
        var full = FullPath(path);
        try
        {
            Directory.CreateDirectory(full);
        }
        catch (UnauthorizedAccessException)
        {
            throw new LinuxException("cgroup create", full, Errno.EACCES);
        }
        return new ControlGroup(full);
    }

    /// <inheritdoc cref="Create"/>
    /// <exception cref="LinuxException">ENOENT when there is none.</exception>
    public static ControlGroup Open(string path) =>
        TryOpen(path, out var group) ? group : throw new LinuxException("cgroup open", FullPath(path), Errno.ENOENT);

    /// <inheritdoc cref="Create"/>
    public static bool TryOpen(string path, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ControlGroup? group)
    {
        var full = FullPath(path);
        group = Directory.Exists(full) ? new ControlGroup(full) : null;
        return group is not null;
    }

    /// <summary>A descriptor of the group's directory, which is what programs attach to. Owned by the caller.</summary>
    public SafeFileHandle OpenHandle()
    {
        var handle = Libc.Own(Libc.open(Path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
        return handle.IsInvalid ? throw LinuxException.FromLastError("cgroup open", Path) : handle;
    }

    /// <summary>Moves a process, with all its threads, into the group.</summary>
    /// <exception cref="LinuxException">ESRCH when the process has ended, EBUSY when the group hands controllers down.</exception>
    public void AddProcess(int pid) => Write(MembersFile, pid.ToString(CultureInfo.InvariantCulture), "cgroup add process");

    /// <summary>Processes in this group itself; none when the group is gone.</summary>
    public IReadOnlyList<int> Processes()
    {
        try
        {
            return [.. File.ReadLines(MembersFile).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (IOException e) when ((Errno)e.HResult == Errno.ENODEV)
        {
            // Removed while the file was open.
            return [];
        }
    }

    /// <summary>The groups directly below.</summary>
    public IReadOnlyList<ControlGroup> Children() =>
        Directory.Exists(Path) ? [.. Directory.GetDirectories(Path).Select(path => new ControlGroup(path))] : [];

    /// <summary>
    /// Ends every process in the group and below at once: by <c>cgroup.kill</c>, before Linux 5.14 one by one until none is
    /// left. Signals are sent, not awaited; <see cref="Delete"/> waits.
    /// </summary>
    public void Kill()
    {
        var kill = Path + "/cgroup.kill";
        if (File.Exists(kill))
        {
            Write(kill, "1", "cgroup kill");
            return;
        }
        // A process that forks while being ended leaves a child for the next round; one that is stuck is not asked twice.
        var signalled = new HashSet<int>();
        for (var more = true; more;)
        {
            more = false;
            foreach (var pid in Tree().SelectMany(group => group.Processes()))
            {
                more |= signalled.Add(pid) && Libc.kill(pid, Libc.SIGKILL) == 0;
            }
        }
    }

    /// <summary>
    /// Ends what runs in the group and below, and removes all of it. Returns <c>false</c> when the group was not there.
    /// </summary>
    /// <exception cref="LinuxException">EBUSY when a process has not ended after <paramref name="patience"/> (default 5 s).</exception>
    public bool Delete(TimeSpan? patience = null)
    {
        if (!Directory.Exists(Path))
        {
            return false;
        }
        var deadline = Environment.TickCount64 + (long)(patience ?? TimeSpan.FromSeconds(5)).TotalMilliseconds;
        // Again in each round: what joined the group meanwhile is ended too.
        for (Kill(); !TryRemoveTree(); Kill())
        {
            if (Environment.TickCount64 > deadline)
            {
                throw new LinuxException("cgroup delete", Path, Errno.EBUSY, "processes in it have not ended");
            }
            // The kernel has no call that waits for a group to empty; an ended process leaves within microseconds.
            Thread.Sleep(1);
        }
        return true;
    }

    public override string ToString() => Path;

    private static string FindMount()
    {
        var mount = Mounts.List().LastOrDefault(m => m.FileSystemType == "cgroup2" && m.Root == "/");
        return mount?.Path ?? throw new LinuxException(
            "cgroup find", "cgroup2", Errno.ENODEV, "mount it: mount -t cgroup2 none /sys/fs/cgroup");
    }

    // The hierarchy may be mounted more than once: a container sees its own group as the root, and the host's elsewhere.
    private static string FullPath(string path)
    {
        var full = System.IO.Path.IsPathRooted(path) ? System.IO.Path.GetFullPath(path) : System.IO.Path.GetFullPath(path, Mount);
        return Mounts.List().Any(m => m.FileSystemType == "cgroup2" && (full == m.Path || full.StartsWith(m.Path + "/", StringComparison.Ordinal)))
            ? full
            : throw new LinuxException("cgroup find", path, Errno.EINVAL, "it is not below a mount of cgroup v2");
    }

    private static void Write(string file, string value, string operation)
    {
        try
        {
            File.WriteAllText(file, value);
        }
        catch (UnauthorizedAccessException)
        {
            throw new LinuxException(operation, file, Errno.EACCES);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LinuxException(operation, file, Errno.ENOENT);
        }
        catch (IOException e)
        {
            throw new LinuxException(operation, $"{file} {value}", (Errno)e.HResult);
        }
    }

    /// <summary>The deepest first, this one last.</summary>
    private IEnumerable<ControlGroup> Tree() => Children().SelectMany(child => child.Tree()).Append(this);

    private bool TryRemoveTree()
    {
        foreach (var group in Tree())
        {
            if (Libc.rmdir(group.Path) != 0)
            {
                var errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno != Errno.ENOENT)
                {
                    return errno == Errno.EBUSY ? false : throw new LinuxException("cgroup delete", group.Path, errno);
                }
            }
        }
        return true;
    }
}
