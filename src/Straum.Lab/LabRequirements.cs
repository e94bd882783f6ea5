using Straum.Linux;

namespace Straum.Lab;

/// <summary>What a machine must have before a lab is built on it; asked first, so that nothing is left half built.</summary>
public static class LabRequirements
{
    /// <summary>Everything that is missing, each with what to do about it; empty when a lab can be built.</summary>
    public static IReadOnlyList<string> Missing(LabPaths paths)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            // Without root most of the other questions have no answer.
            return ["root: namespaces and BPF programs need it (sudo)"];
        }
        var missing = new List<string>();
        foreach (var program in new[] { "straum", "straum-cni" })
        {
            if (!File.Exists(Path.Combine(paths.Programs, program)))
            {
                missing.Add($"{Path.Combine(paths.Programs, program)}: make build");
            }
        }
        if (!Directory.Exists(Path.Combine(paths.Programs, "bpf")) || !Directory.EnumerateFiles(Path.Combine(paths.Programs, "bpf"), "*.bpf.o").Any())
        {
            missing.Add($"{Path.Combine(paths.Programs, "bpf")}/*.bpf.o: make build");
        }
        if (FindProgram("kubectl") is null)
        {
            missing.Add("kubectl: apt-get install kubernetes-client");
        }
        if (!File.Exists("/proc/self/ns/net"))
        {
            missing.Add("network namespaces: a kernel with CONFIG_NET_NS");
        }
        if (!File.Exists("/sys/kernel/btf/vmlinux"))
        {
            missing.Add("BTF: a kernel with CONFIG_DEBUG_INFO_BTF");
        }
        if (!Directory.Exists("/proc/sys/net/ipv6"))
        {
            missing.Add("IPv6: a kernel with CONFIG_IPV6, not switched off by ipv6.disable=1");
        }
        if (!Mounts.List().Any(m => m.FileSystemType == "cgroup2"))
        {
            missing.Add("cgroup2: mount -t cgroup2 none /sys/fs/cgroup/unified");
        }
        return missing;
    }

    /// <summary>Full path of a program in PATH; null when there is none.</summary>
    public static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);
}
