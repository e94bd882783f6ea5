using Straum.Doctor.Checks.Cluster;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Pods;

/// <summary>What the agent knows against what is there.</summary>
internal sealed class AttachedPods : Check
{
    public override string Id => "ST-PO-005";

    public override string Title => "the agent and the node know the same pods";

    public override CheckGroup Group => CheckGroup.Pods;

    public override Explanation Explanation { get; } = new(
        Why: "A pod that the agent does not know has no entry in the tables: packets to it are dropped at other nodes' doors. One that the agent knows and that is not in the kernel is cut off.",
        Threshold: "fail when an attached pod is not in the kernel's table or its device is gone; warn for a namespace that the agent does not know",
        Source: "the agent's own report, straum pods, against the veth pairs of the node",
        Fix: "kubectl delete pod POD   # makes its network anew");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await AgentReport.AskAsync(host, "pods", stop).ConfigureAwait(false) is not { } report)
        {
            return [AgentReport.NoAgent(host)];
        }
        var wrong = new List<Finding>();
        var links = host.Network.Links.Select(static l => l.Name).ToHashSet();
        var known = new HashSet<string>();
        foreach (var pod in report.Items("pods"))
        {
            known.Add(pod.Text("interface"));
            if (pod.Text("state") == "attached")
            {
                _ = !links.Contains(pod.Text("interface")) ? Add(Finding.Fail($"{pod.Text("interface")} is gone", pod.Text("pod")))
                    : pod.Flag("inKernel") == false && Add(Finding.Fail("not in the kernel's table", pod.Text("pod")));
            }
        }
        foreach (var pod in host.Pods.Where(p => !known.Contains(p.HostDevice)))
        {
            Add(Finding.Warn($"the agent does not know {pod.HostDevice}", pod.Name));
        }
        return Several(wrong, Finding.Pass($"{known.Count} pods"));

        bool Add(Finding finding)
        {
            wrong.Add(finding);
            return true;
        }
    }
}
