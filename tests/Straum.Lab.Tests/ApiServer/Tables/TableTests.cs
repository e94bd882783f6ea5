using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Tables;

public sealed class TableTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(125, "2m5s")]
    [InlineData(599, "9m59s")]
    [InlineData(600, "10m")]
    [InlineData(179 * 60 + 59, "179m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData(3 * 3600 + 60, "3h1m")]
    [InlineData(8 * 3600 + 60, "8h")]
    [InlineData(47 * 3600, "47h")]
    [InlineData(48 * 3600, "2d")]
    [InlineData(49 * 3600, "2d1h")]
    [InlineData(8 * 86400 + 3600, "8d")]
    [InlineData(700 * 86400, "700d")]
    [InlineData(800 * 86400, "2y70d")]
    [InlineData(-1, "0s")]
    [InlineData(-10, "<invalid>")]
    public void HumanDuration_OfSeconds_IsWhatKubectlPrints(long seconds, string expected) =>
        HumanDuration.Format(TimeSpan.FromSeconds(seconds)).ShouldBe(expected);

    [Theory]
    [InlineData("status: {phase: Pending}", "0/1", "Pending", "0")]
    [InlineData("status: {phase: Pending, containerStatuses: [{state: {waiting: {reason: ContainerCreating}}}]}", "0/1", "ContainerCreating", "0")]
    [InlineData("status: {phase: Running, containerStatuses: [{ready: true, state: {running: {}}}]}", "1/1", "Running", "0")]
    [InlineData("status: {phase: Running, containerStatuses: [{ready: false, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {finishedAt: \"2025-12-31T23:55:00Z\"}}}]}", "0/1", "CrashLoopBackOff", "3 (5m ago)")]
    [InlineData("status: {phase: Succeeded, containerStatuses: [{state: {terminated: {reason: Completed, exitCode: 0}}}]}", "0/1", "Completed", "0")]
    [InlineData("status: {phase: Failed, containerStatuses: [{state: {terminated: {exitCode: 7}}}]}", "0/1", "ExitCode:7", "0")]
    [InlineData("status: {phase: Failed, containerStatuses: [{state: {terminated: {signal: 9}}}]}", "0/1", "Signal:9", "0")]
    [InlineData("status: {phase: Failed, reason: Evicted}", "0/1", "Evicted", "0")]
    [InlineData("status: {phase: Pending, initContainerStatuses: [{state: {running: {}}}]}, spec: {containers: [{name: a}], initContainers: [{name: i}, {name: j}]}", "0/1", "Init:0/2", "0")]
    [InlineData("status: {phase: Pending, initContainerStatuses: [{state: {terminated: {exitCode: 1, reason: Error}}}]}, spec: {containers: [{name: a}], initContainers: [{name: i}]}", "0/1", "Init:Error", "0")]
    [InlineData("status: {phase: Running, containerStatuses: [{ready: true, state: {running: {}}}]}, metadata: {deletionTimestamp: \"2026-01-01T00:00:00Z\"}", "1/1", "Terminating", "0")]
    [InlineData("status: {phase: Running, conditions: [{type: PodScheduled, status: \"False\", reason: SchedulingGated}]}", "0/1", "SchedulingGated", "0")]
    public void PodSummary_OfAStatus_IsWhatKubectlPrints(string pod, string ready, string status, string restarts)
    {
        var parsed = TestStore.Parse($"{{{pod}}}");
        parsed.Default("spec", TestStore.Parse("{containers: [{name: a}]}"));
        var summary = PodSummary.Of(parsed, Now);
        ($"{summary.Ready}/{summary.Total}", summary.Status, summary.Restarts).ShouldBe((ready, status, restarts));
    }

    [Theory]
    [InlineData("Services", "spec: {type: NodePort, clusterIP: 10.96.0.9, ports: [{port: 80, nodePort: 30001, protocol: TCP}, {port: 53, protocol: UDP}]}", "x NodePort 10.96.0.9 <none> 80:30001/TCP,53/UDP <unknown> <none>")]
    [InlineData("Services", "spec: {type: LoadBalancer, clusterIP: 10.96.0.9, ports: [{port: 80, protocol: TCP}], selector: {b: c, a: d}}", "x LoadBalancer 10.96.0.9 <pending> 80/TCP <unknown> a=d,b=c")]
    [InlineData("Services", "spec: {type: LoadBalancer, clusterIP: 10.96.0.9}, status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}", "x LoadBalancer 10.96.0.9 1.2.3.4 <none> <unknown> <none>")]
    [InlineData("Services", "spec: {type: ExternalName, externalName: example.com}", "x ExternalName <none> example.com <none> <unknown> <none>")]
    [InlineData("Services", "spec: {type: ClusterIP, clusterIP: None}", "x ClusterIP None <none> <none> <unknown> <none>")]
    [InlineData("Nodes", "metadata: {name: x, labels: {node-role.kubernetes.io/worker: \"\"}}, spec: {unschedulable: true}, status: {conditions: [{type: Ready, status: \"True\"}], addresses: [{type: InternalIP, address: 1.1.1.1}]}", "x Ready,SchedulingDisabled worker <unknown>  1.1.1.1 <none> <unknown> <unknown> <unknown>")]
    [InlineData("EndpointSlices", "addressType: IPv4, ports: [{port: 80}, {port: 81}], endpoints: [{addresses: [a]}, {addresses: [b]}, {addresses: [c]}, {addresses: [d]}]", "x IPv4 80,81 a,b,c + 1 more... <unknown>")]
    [InlineData("EndpointSlices", "addressType: IPv6", "x IPv6 <unset> <unset> <unknown>")]
    [InlineData("Deployments", "spec: {replicas: 3, selector: {matchLabels: {a: b}}, template: {spec: {containers: [{name: c, image: i}]}}}, status: {readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1}", "x 1/3 2 1 <unknown> c i a=b")]
    [InlineData("Leases", "spec: {holderIdentity: me}", "x me <unknown>")]
    [InlineData("Ingresses", "spec: {ingressClassName: nginx, tls: [{}], rules: [{host: a.example}, {host: b.example}]}", "x nginx a.example,b.example  80, 443 <unknown>")]
    [InlineData("NetworkPolicies", "spec: {podSelector: {matchExpressions: [{key: a, operator: In, values: [c, b]}]}}", "x a in (b,c) <unknown>")]
    public void Columns_OfAKind_PrintWhatKubectlPrints(string layout, string yaml, string expected)
    {
        var table = layout switch
        {
            "Services" => CoreTables.Services,
            "Nodes" => CoreTables.Nodes,
            "EndpointSlices" => NetworkTables.EndpointSlices,
            "Deployments" => WorkloadTables.Deployments,
            "Leases" => NetworkTables.Leases,
            "Ingresses" => NetworkTables.Ingresses,
            _ => NetworkTables.NetworkPolicies,
        };
        var obj = TestStore.Parse($"{{{yaml}}}");
        obj.Need("metadata").Default("name", "x");
        var stored = Straum.Lab.ApiServer.Storage.StoredObject.Create(new("r", "", "x"), 1, obj);
        string.Join(' ', table.Cells(new TableRow(stored, stored.View, Now)).Select(cell => cell?.ToString())).ShouldBe(expected);
    }
}
