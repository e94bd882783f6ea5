using System.Net;
using System.Text.Json;
using Straum.Doctor.Checks.Cluster;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Pods;

/// <summary>What the agent knows against what is there.</summary>
internal sealed class AttachedPods : Check
{
    public override string Id => "ST-PO-005";

    public override string Title => "the agent and the node know the same pods";

    public override CheckGroup Group => CheckGroup.Pods;

    public override Explanation Explanation { get; } = new(
        Why: "A pod that the agent does not know has no entry in the tables: packets to it are dropped at other nodes' doors. One that the agent knows and that is not in the kernel is cut off. So is one that lost an address of its own, by hand or because an MTU below 1280 takes IPv6 off a device, which a larger one does not give back.",
        Threshold: "fail when an attached pod is not in the kernel's table or its device or one of its addresses is gone; warn for a namespace that the agent does not know",
        Source: "the agent's own report, straum pods, against the veth pairs of the node and the addresses in the pods' namespaces; RFC 8200 section 5, the least MTU of IPv6",
        Fix: "kubectl delete pod NAME -n NAMESPACE   # its controller makes it anew, and with it its network");

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
            if (pod.Text("state") == "attached" && Fault(host, pod, links) is { } fault)
            {
                wrong.Add(Finding.Fail(fault, pod.Text("pod"), PodCheck.Recreate(pod.Text("pod"))));
            }
        }
        wrong.AddRange(host.Pods.Where(p => !known.Contains(p.HostDevice)).Select(static p => Finding.Warn($"the agent does not know {p.HostDevice}", p.Name, PodCheck.Recreate(p.Name))));
        return Several(wrong, Finding.Pass(Figure.Count(known.Count, "pod")));
    }

    private static string? Fault(IHost host, JsonElement pod, HashSet<string> links) => pod.Text("interface") is var device && !links.Contains(device) ? $"{device} is gone"
        : pod.Flag("inKernel") == false ? "not in the kernel's table"
        : host.Pods.FirstOrDefault(p => p.HostDevice == device) is { } found && LostAddresses(pod, found) is { Count: > 0 } lost ? $"{found.PodDevice} has lost {string.Join(" and ", lost)}"
        : null;

    private static IReadOnlyList<string> LostAddresses(JsonElement pod, PodNetwork found)
    {
        var addresses = found.Network.Addresses;
        // Asked for last: a pod that ends meanwhile has no device any more, and has lost nothing.
        return found.Network.Links.FirstOrDefault(l => l.Name == found.PodDevice) is not { } device ? []
            : [.. pod.Items("addresses").Select(static a => a.GetString() ?? "")
                .Where(a => IPAddress.TryParse(a, out var wanted) && !addresses.Any(h => h.InterfaceIndex == device.Index && h.Address.Equals(wanted)))];
    }
}
