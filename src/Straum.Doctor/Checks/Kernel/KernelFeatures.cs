using Straum.Doctor.Hosts;
using Straum.Linux.Bpf;

namespace Straum.Doctor.Checks.Kernel;

/// <summary>Tries what the datapath needs, and what makes it better.</summary>
internal sealed class KernelFeatures : Check
{
    /// <summary>Without these no program loads, or no packet leaves the node.</summary>
    private static readonly Feature[] Needed = [Features.Btf, Features.RingBuffer, Features.RedirectNeigh, Features.RedirectPeer];

    public override string Id => "ST-KE-002";

    public override string Title => "kernel can run the programs";

    public override CheckGroup Group => CheckGroup.Kernel;

    public override Explanation Explanation { get; } = new(
        Why: "Distributions backport features to old kernels and leave some out of new ones, so each is tried rather than read off the version. The needed ones carry packets; the others have a slower or less exact way instead.",
        Threshold: "fail without kernel BTF, ring buffer, bpf_redirect_neigh or bpf_redirect_peer; the others are named",
        Source: "each feature's first mainline version, src/Straum.Linux/Bpf/Features.cs",
        Fix: "grep -E 'CONFIG_(BPF_SYSCALL|DEBUG_INFO_BTF|NET_CLS_BPF|NET_SCH_INGRESS|CGROUP_BPF)=' /boot/config-$(uname -r)   # then a kernel that has them");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var states = Features.All.ToDictionary(static f => f, host.Probe);
        var missing = Needed.Where(f => states[f] == FeatureSupport.NotSupported).Select(Describe).ToList();
        var undecided = Features.All.Where(f => states[f] == FeatureSupport.Unknown).Select(static f => f.Name).ToList();
        var without = Features.All.Except(Needed).Where(f => states[f] == FeatureSupport.NotSupported).Select(Describe).ToList();
        return One(missing.Count > 0 ? Finding.Fail("missing: " + string.Join(", ", missing))
            : undecided.Count > 0 ? Finding.Unknown("cannot be tried: " + string.Join(", ", undecided), fix: "run it as root, or with CAP_BPF")
            : Finding.Pass(without.Count == 0 ? $"all {states.Count}" : $"{states.Count - without.Count} of {states.Count}, without {string.Join(", ", without)}"));
    }

    private static string Describe(Feature feature) => $"{feature.Name} (Linux {feature.MinimumKernel})";
}
