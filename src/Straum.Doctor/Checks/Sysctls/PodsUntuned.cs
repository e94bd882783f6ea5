using Straum.Control.Tuning;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>Settings that somebody changed on the host and that pods did not get.</summary>
internal sealed class PodsUntuned : Check
{
    public override string Id => "ST-SY-006";

    public override string Title => "what is tuned on the host is tuned in pods";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "A new network namespace starts with the kernel's defaults, not with the host's values: what sysctl.d says helps the host and host-network pods only. Congestion control and tcp_rmem and tcp_wmem are the exceptions.",
        Threshold: "warn when a setting differs from the kernel's default on the host and has the default in a pod",
        Source: "measured on Linux 6.18; kubernetes/website, tasks/administer-cluster/sysctl-cluster.md (namespaced and node-level sysctls)",
        Fix: "pods: {tuning: full}" + Where);

    private const string Where = "   # in /etc/straum/straum.yaml; for pods made from then on";

    public override bool BeforeInstall => false;

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Pods.Count == 0)
        {
            return One(Finding.Skip("no pods on this node"));
        }
        var wrong = new List<Finding>();
        var settings = TuningCatalogue.OfNamespaces.ToList();
        var ofProfiles = TuningCatalogue.ForPods(TuningProfile.Full).Select(static s => s.Key).ToHashSet();
        foreach (var (key, isDefault) in settings)
        {
            if (Setting.Read(host.Network, key) is not { } own || isDefault(own))
            {
                continue;
            }
            foreach (var without in host.Pods.Select(p => (p.Name, Value: Setting.Read(p.Network, key))).Where(p => p.Value is not null && isDefault(p.Value)).GroupBy(static p => p.Value))
            {
                wrong.Add(Finding.Warn($"{key} = {own} on the host, {without.Key} in {Figure.Count(without.Count(), "pod")}", Figure.Names([.. without.Select(static p => p.Name)], atMost: 2),
                    fix: ofProfiles.Contains(key) ? null : $"pods: {{sysctls: [{key}={own}]}}{Where}"));
            }
        }
        return Task.FromResult(Several(wrong, Finding.Pass($"{Figure.Count(settings.Count, "setting")}, {Figure.Count(host.Pods.Count, "pod")}")));
    }
}
