using System.Diagnostics.CodeAnalysis;

namespace Straum.Linux;

/// <summary>
/// Settings of the running kernel. A name is written with dots, <c>net.ipv4.ip_forward</c>, where a slash stands for a dot that
/// belongs to an interface name (<c>net.ipv4.conf.eth0/100.forwarding</c>), or as a path, <c>net/ipv4/conf/eth0.100/forwarding</c>;
/// sysctl(8) reads both the same way. Settings under <c>net</c> are those of the calling thread's network namespace:
/// give a namespace, or call from inside <see cref="NetworkNamespace.Run(Action)"/>.
/// </summary>
public static class Sysctl
{
    private static readonly SysctlTree Kernel = new("/proc/sys");

    /// <summary>The value without its final newline.</summary>
    /// <exception cref="LinuxException">ENOENT when the kernel has no such setting, or none that can be read.</exception>
    public static string Read(string name) => Kernel.Read(name) ?? throw SysctlTree.Missing("sysctl read", name);

    public static string Read(string name, NetworkNamespace within) => within.Run(() => Read(name));

    /// <summary>Returns <c>false</c> when the kernel has no such setting, or none that can be read.</summary>
    public static bool TryRead(string name, [NotNullWhen(true)] out string? value)
    {
        value = Kernel.Read(name);
        return value is not null;
    }

    /// <exception cref="LinuxException">ENOENT when the kernel has no such setting, EINVAL when it refuses the value, EACCES or EROFS without the right.</exception>
    public static void Write(string name, string value) => Kernel.Write(name, value);

    public static void Write(string name, int value) =>
        Write(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static void Write(string name, string value, NetworkNamespace within) => within.Run(() => Write(name, value));
}
