using System.Text;
using Straum.Linux;

namespace Straum.Doctor.Tuning;

/// <summary>Settings as files below a directory: /proc/sys, or one that looks like it.</summary>
/// <param name="root">That directory.</param>
public sealed class SysctlTree(string root) : ISysctlTree
{
    public string? Read(string key)
    {
        try
        {
            return File.ReadAllText(PathOf(key)).TrimEnd('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(string key, string value)
    {
        try
        {
            // One write call: the kernel parses each write on its own.
            using var file = File.OpenHandle(PathOf(key), FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(value + "\n"), 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LinuxException("sysctl write", key, Errno.ENOENT);
        }
        catch (UnauthorizedAccessException)
        {
            throw new LinuxException("sysctl write", key, Errno.EACCES);
        }
        catch (IOException e)
        {
            throw new LinuxException("sysctl write", $"{key}={value}", (Errno)e.HResult);
        }
    }

    private string PathOf(string key) => Path.Combine(root, key.Replace('.', '/'));
}
