using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>How many CPUs the kernel could bring online: per-CPU maps hold a value for each of them.</summary>
public static class PossibleCpus
{
    private static readonly Lazy<int> Cached = new(() =>
    {
        var count = Libbpf.libbpf_num_possible_cpus();
        Libbpf.Check(count, "read", "/sys/devices/system/cpu/possible");
        return count;
    });

    public static int Count => Cached.Value;
}
