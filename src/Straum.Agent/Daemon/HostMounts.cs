using Straum.Linux;

namespace Straum.Agent.Daemon;

/// <summary>The file systems that the agent writes to, as it needs them: on the host, and in a container.</summary>
internal static class HostMounts
{
    private const string NetworkSettings = "/proc/sys/net";

    /// <exception cref="LinuxException">A mount is missing that only the host can make, or one was refused.</exception>
    public static void Ensure(Func<string, string?> environment)
    {
        EnsureBpf(IsContainer(environment));
        try
        {
            Mounts.EnsureWritable(NetworkSettings);
        }
        catch (LinuxException e)
        {
            throw new LinuxException("mount writable", NetworkSettings, e.Errno,
                "the agent sets pods' and the host's network settings: give the container CAP_SYS_ADMIN and no AppArmor profile, as deploy/ does");
        }
    }

    // A file system that is mounted inside a container is gone with it, and all pinned programs and tables too.
    private static void EnsureBpf(bool inContainer)
    {
        if (inContainer && Mounts.List().LastOrDefault(m => m.Path == Mounts.BpfFileSystem)?.FileSystemType != "bpf")
        {
            throw new LinuxException("find bpf file system", Mounts.BpfFileSystem, Errno.ENODEV,
                "the host has none to share; mount it there at every boot: mount -t bpf bpf /sys/fs/bpf");
        }
        Mounts.EnsureBpfFileSystem();
    }

    /// <summary>kubelet puts it into every container's environment.</summary>
    private static bool IsContainer(Func<string, string?> environment) => environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 };
}
