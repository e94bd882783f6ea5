namespace Straum.Linux;

/// <summary>
/// Kernel settings. A name is written with dots, <c>net.ipv4.ip_forward</c>, where a slash stands for a dot that belongs
/// to an interface name (<c>net.ipv4.conf.eth0/100.forwarding</c>), or as a path, <c>net/ipv4/conf/eth0.100/forwarding</c>;
/// sysctl(8) reads both the same way. Settings under <c>net</c> are those of the calling thread's network namespace:
/// give a namespace, or call from inside <see cref="NetworkNamespace.Run(Action)"/>.
/// </summary>
public static class Sysctl
{
    /// <summary>The value without its final newline.</summary>
    /// <exception cref="LinuxException">ENOENT when the kernel has no such setting.</exception>
    public static string Read(string name) =>
        TryRead(name, out var value) ? value : throw Missing("sysctl read", name);

    public static string Read(string name, NetworkNamespace within) => within.Run(() => Read(name));

    /// <summary>Returns <c>false</c> when the kernel has no such setting.</summary>
    public static bool TryRead(string name, out string value)
    {
        try
        {
            value = File.ReadAllText(PathOf(name)).TrimEnd('\n');
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            value = "";
            return false;
        }
    }

    /// <exception cref="LinuxException">ENOENT when the kernel has no such setting, EINVAL when it refuses the value, EACCES or EROFS without the right.</exception>
    public static void Write(string name, string value)
    {
        try
        {
            // One write call: the kernel parses each write on its own.
            using var file = File.OpenHandle(PathOf(name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(file, System.Text.Encoding.UTF8.GetBytes(value + "\n"), 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing("sysctl write", name);
        }
        catch (UnauthorizedAccessException)
        {
            throw new LinuxException("sysctl write", name, Errno.EACCES);
        }
        catch (IOException e)
        {
            throw new LinuxException("sysctl write", $"{name}={value}", (Errno)e.HResult);
        }
    }

    public static void Write(string name, int value) =>
        Write(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static void Write(string name, string value, NetworkNamespace within) => within.Run(() => Write(name, value));

    /// <summary>The file of a setting below <c>/proc/sys</c>.</summary>
    internal static string PathOf(string name)
    {
        // The first separator decides the form, as in sysctl(8).
        var separator = name.AsSpan().IndexOfAny('.', '/');
        if (separator >= 0 && name[separator] == '.')
        {
            name = string.Create(name.Length, name, static (path, n) =>
            {
                for (var i = 0; i < n.Length; i++)
                {
                    path[i] = n[i] switch { '.' => '/', '/' => '.', var c => c };
                }
            });
        }
        return "/proc/sys/" + name;
    }

    private static LinuxException Missing(string operation, string name) =>
        new(operation, name, Errno.ENOENT, "this kernel has no such setting, or the interface is gone");
}
