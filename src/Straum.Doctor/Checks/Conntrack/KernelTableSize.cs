using Straum.Control.Tuning;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Conntrack;

/// <summary>Whether anybody sized the table: kube-proxy did, and it is gone.</summary>
internal sealed class KernelTableSize : Check
{
    public override string Id => "ST-CT-003";

    public override string Title => "the kernel's connection table is as large as kube-proxy made it";

    public override CheckGroup Group => CheckGroup.Conntrack;

    public override Explanation Explanation { get; } = new(
        Why: "kube-proxy set nf_conntrack_max by the number of cores. Where it does not run, the kernel's own default by memory is left, which may be smaller. A fixed 131,072, as older guides have it, is less than kube-proxy's own value on more than four cores.",
        Threshold: "warn below max(131,072, 32,768 × CPUs)",
        Source: "kubernetes/kubernetes, pkg/proxy/apis/config/v1alpha1/defaults.go (maxPerCore, min)",
        Fix: "sysctl -w net.netfilter.nf_conntrack_max=VALUE   # or: straum tune apply");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (NumberFields.First(host.Network.ReadText("/proc/sys/net/netfilter/nf_conntrack_max")) is not { } max)
        {
            return One(Finding.Skip("the kernel tracks no connections here (nf_conntrack is not loaded)"));
        }
        var wanted = TuningCatalogue.KubeProxyFloor(new TuningFacts(host.Cpus, 0));
        var measured = $"{Figure.Count(max)}, and {Figure.Count(wanted)} is right for {host.Cpus} CPUs";
        return One(max != 0 && max < wanted ? Finding.Warn(measured, fix: $"sysctl -w net.netfilter.nf_conntrack_max={wanted}") : Finding.Pass(measured));
    }
}
