using System.Text.Json;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Cluster;

/// <summary>LoadBalancer Services that nobody gave an address.</summary>
internal sealed class PendingLoadBalancers : Check
{
    private static readonly string[] Question = ["get", "services", "--all-namespaces", "--output", "json", "--request-timeout", "5s"];

    public override string Id => "ST-CL-005";

    public override string Title => "every LoadBalancer Service has an address";

    public override CheckGroup Group => CheckGroup.Cluster;

    public override Explanation Explanation { get; } = new(
        Why: "A Service of type LoadBalancer stays <pending> until something in the cluster assigns it an address from a pool. Without one its clients have nothing to connect to.",
        Threshold: "warn for each without an ingress address",
        Source: "status.loadBalancer.ingress, by kubectl and its configuration",
        Fix: "kubectl describe service -n NAMESPACE NAME   # its events say why; is there an address pool?");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await host.RunToolAsync("kubectl", Question, stop).ConfigureAwait(false) is not { } answer)
        {
            return [Finding.Skip("kubectl is not installed here")];
        }
        if (answer.ExitCode != 0)
        {
            // Without a configuration kubectl tries this address, which nobody listens at.
            return [answer.Error.Contains("localhost:8080", StringComparison.Ordinal) ? Finding.Skip("kubectl knows no cluster here") : Finding.Unknown($"kubectl: {answer.Error.Trim().Split('\n')[^1]}")];
        }
        using var list = JsonDocument.Parse(answer.Output);
        var balancers = list.RootElement.Items("items").Where(static s => s.GetProperty("spec").Text("type") == "LoadBalancer").ToList();
        var pending = balancers.Where(static s => !HasAddress(s)).Select(static s => s.GetProperty("metadata")).Select(static m =>
            Finding.Warn("pending", $"{m.Text("namespace")}/{m.Text("name")}", $"kubectl describe service -n {m.Text("namespace")} {m.Text("name")}")).ToList();
        return Several(pending, Finding.Pass(Reading.Figure.Count(balancers.Count, "LoadBalancer Service")));
    }

    private static bool HasAddress(JsonElement service) =>
        service.TryGetProperty("status", out var status) && status.TryGetProperty("loadBalancer", out var balancer) && balancer.Items("ingress").Any();
}
