using System.Runtime.InteropServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>Names in the BPF file system, which keep maps, programs and links alive without a process.</summary>
public static class Pins
{
    public static bool Exists(string path) => File.Exists(path);

    /// <summary>
    /// Takes the name away. Returns <c>false</c> when there was none. What only the name held is let go a moment later;
    /// <see cref="BpfLink.Detach"/> first where it must be at once.
    /// </summary>
    public static bool Remove(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        File.Delete(path);
        return true;
    }

    /// <summary>Takes away a directory and every name below. Returns <c>false</c> when there was none.</summary>
    public static bool RemoveTree(string path)
    {
        if (!Directory.Exists(path))
        {
            return false;
        }
        Directory.Delete(path, recursive: true);
        return true;
    }

    internal static void Create(SafeHandle handle, string path, string operation)
    {
        if (Path.GetDirectoryName(path) is { } directory)
        {
            Directory.CreateDirectory(directory);
        }
        var result = Libbpf.bpf_obj_pin(handle, path);
        if (result < 0)
        {
            var errno = (Errno)(-result);
            throw new LinuxException(operation, path, errno, errno == Errno.EPERM ? "the directory must be in a BPF file system: mount -t bpf bpf /sys/fs/bpf" : null);
        }
    }
}
