namespace Straum.Doctor.Tuning;

/// <summary>
/// Whose settings <c>net.*</c> below a mounted /proc are: always those of the network namespace that the caller is in, and never
/// those of the host that the mount is of.
/// </summary>
public static class NetworkOwner
{
    /// <summary>Why settings below a root are not those of its host; null when they are, and for a root that has no processes.</summary>
    public static string? WhyNotTheHosts(TunePaths paths)
    {
        if (paths.Root is "/" || !Directory.Exists(paths.FirstProcess))
        {
            return null;
        }
        var host = new FileInfo(paths.FirstProcess + "/ns/net").LinkTarget;
        return host == new FileInfo("/proc/thread-self/ns/net").LinkTarget ? null
            : host is null ? $"whether net.* below {paths.Settings} is the host's cannot be seen without CAP_SYS_PTRACE"
            : $"net.* below {paths.Settings} is this container's, not the host's";
    }
}
