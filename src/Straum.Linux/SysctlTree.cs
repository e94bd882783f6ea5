using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Straum.Linux;

/// <summary>Kernel settings as files below a directory: /proc/sys, or one that looks like it.</summary>
/// <param name="root">That directory.</param>
public sealed class SysctlTree(string root) : ISysctlTree
{
    public string? Read(string name)
    {
        try
        {
            return File.ReadAllText(PathOf(name)).TrimEnd('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(string name, string value)
    {
        try
        {
            using var file = File.OpenHandle(PathOf(name), FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
            WriteOnce(file, name, value);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing("sysctl write", name);
        }
        catch (UnauthorizedAccessException)
        {
            throw new LinuxException("sysctl write", name, Errno.EACCES, Refused(Environment.IsPrivilegedProcess));
        }
        catch (IOException e)
        {
            throw new LinuxException("sysctl write", $"{name}={value}", (Errno)e.HResult,
                (Errno)e.HResult is Errno.EACCES or Errno.EPERM or Errno.EROFS ? Refused(Environment.IsPrivilegedProcess) : null);
        }
    }

    private static void WriteOnce(SafeFileHandle file, string name, string value)
    {
        try
        {
            // One write call: the kernel parses each write on its own.
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(value + "\n"), 0);
        }
        catch (FileNotFoundException)
        {
            // The setting is there. net.core.default_qdisc and tcp_congestion_control say so of a value without a module.
            throw new LinuxException("sysctl write", $"{name}={value}", Errno.ENOENT, "this kernel knows no such value, or has no module for it");
        }
    }

    internal static string Refused(bool isRoot) => isRoot
        ? "/proc/sys is read-only here, as in a container that is not privileged: write it from the host, or from a privileged container"
        : "run it as root";

    internal static LinuxException Missing(string operation, string name) =>
        new(operation, name, Errno.ENOENT, "this kernel has no such setting, or the interface is gone");

    /// <summary>The file of a setting.</summary>
    internal string PathOf(string name)
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
        return Path.Combine(root, name);
    }
}
