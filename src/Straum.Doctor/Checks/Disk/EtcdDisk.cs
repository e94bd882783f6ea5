using Straum.Doctor.Hosts;
using Straum.Linux;

namespace Straum.Doctor.Checks.Disk;

/// <summary>Where etcd writes or would write, and whether it lives.</summary>
internal static class EtcdDisk
{
    private const string DataDirectory = "/var/lib/etcd";

    /// <summary>What the user said, else etcd's usual place, else the file system that would hold it.</summary>
    public static string DirectoryOf(IHost host) =>
        host.Options.DiskPath ?? (host.ListDirectory(DataDirectory) is not null ? DataDirectory : "/var/lib");

    /// <summary>The mount that a directory is on: of two at one path the later one. Null where none is known.</summary>
    public static MountPoint? MountOf(IHost host, string directory) => host.Mounts
        .Where(m => m.Path == "/" || directory == m.Path || directory.StartsWith(m.Path + "/", StringComparison.Ordinal)).OrderBy(static m => m.Path.Length).LastOrDefault();

    /// <summary>A process of that name runs.</summary>
    public static bool IsAlive(IHost host) => ProcessesOf(host, "etcd").Any();

    /// <summary>What mends a slow disk where no etcd runs: the check's own words are about moving etcd. Null where one does.</summary>
    public static string? FixWithoutEtcd(IHost host) => IsAlive(host) ? null : $"put {DirectoryOf(host)} on an SSD or NVMe disk; pidstat -d 1 5   # says who else writes";

    /// <summary>The ids of the processes with a name.</summary>
    public static IEnumerable<string> ProcessesOf(IHost host, string name) => (host.ListDirectory("/proc") ?? [])
        .Where(static d => char.IsAsciiDigit(d[0])).Where(d => host.ReadText($"/proc/{d}/comm")?.Trim() == name);
}
