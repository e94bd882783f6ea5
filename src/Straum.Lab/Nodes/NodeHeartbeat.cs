using System.Globalization;
using System.Text.Json.Nodes;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;
using Straum.Lab.Topology;

namespace Straum.Lab.Nodes;

/// <summary>
/// Keeps a node's object and Lease fresh, as a kubelet does: the Lease every ten seconds, the status when it changes and
/// once a minute. A node is ready when its network plugin says so.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="client">The API server.</param>
/// <param name="networkStatus">Null when the network plugin takes pods, else why not.</param>
/// <param name="log">The supervisor's log.</param>
internal sealed class NodeHeartbeat(NodePlan node, KubernetesClient client, Func<CancellationToken, Task<string?>> networkStatus, Action<string> log)
{
    private static readonly TimeSpan LeasePeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan StatusPeriod = TimeSpan.FromMinutes(1);

    // While pods wait for the network, somebody is looking at the lab.
    private static readonly TimeSpan NotReadyPeriod = TimeSpan.FromMilliseconds(100);

    private readonly NamespacedName _key = new("", node.Name);
    private readonly NamespacedName _leaseKey = new("kube-node-lease", node.Name);
    private bool _written;
    private string? _notReady;
    private DateTimeOffset _since = DateTimeOffset.UtcNow;
    private DateTimeOffset _statusAt;
    private DateTimeOffset _leaseAt;

    /// <summary>Creates the Node unless it is there. Throws <see cref="KubernetesException"/>.</summary>
    public async Task RegisterAsync(CancellationToken stop)
    {
        try
        {
            await client.CreateAsync(Kinds.Nodes, "", NodeObject.Create(node), stop);
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            // An earlier supervisor registered it, or somebody labelled it: what is there counts.
        }
        await WriteStatusAsync("the node has just been registered", stop);
    }

    /// <summary>Beats until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await BeatAsync(stop);
            }
            catch (KubernetesException e)
            {
                log($"{node.Name}: heartbeat: {e.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
            }
            await Task.Delay(_notReady is null ? LeasePeriod : NotReadyPeriod, stop);
        }
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        var now = DateTimeOffset.UtcNow;
        if (now - _leaseAt >= LeasePeriod)
        {
            await RenewLeaseAsync(now, stop);
            if (await client.FindAsync(Kinds.Nodes, _key, stop) is null)
            {
                // Somebody deleted it. A kubelet makes it again when it is restarted; nobody restarts this one.
                log($"{node.Name}: its object is gone and is made again");
                _written = false;
                await RegisterAsync(stop);
            }
            _leaseAt = now;
        }
        var notReady = await networkStatus(stop);
        if (!_written || notReady != _notReady || now - _statusAt >= StatusPeriod)
        {
            await WriteStatusAsync(notReady, stop);
        }
    }

    private async Task WriteStatusAsync(string? notReady, CancellationToken stop)
    {
        var now = DateTimeOffset.UtcNow;
        if (!_written || (notReady is null) != (_notReady is null))
        {
            _since = now;
            log(notReady is null ? $"{node.Name}: ready" : $"{node.Name}: not ready: {notReady}");
        }
        var patch = new JsonObject { ["status"] = NodeObject.Status(node, notReady, _since, now) };
        await client.PatchStatusAsync(Kinds.Nodes, _key, patch, stop);
        (_written, _notReady, _statusAt) = (true, notReady, now);
    }

    private async Task RenewLeaseAsync(DateTimeOffset now, CancellationToken stop)
    {
        var spec = new JsonObject
        {
            ["holderIdentity"] = node.Name,
            ["leaseDurationSeconds"] = (int)LeaseDuration.TotalSeconds,
            ["renewTime"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        };
        try
        {
            await client.PatchAsync(Kinds.Leases, _leaseKey, new JsonObject { ["spec"] = spec }, stop);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            var lease = new JsonObject
            {
                ["apiVersion"] = "coordination.k8s.io/v1",
                ["kind"] = "Lease",
                ["metadata"] = new JsonObject { ["name"] = node.Name, ["namespace"] = _leaseKey.Namespace },
                ["spec"] = spec.DeepClone(),
            };
            await client.CreateAsync(Kinds.Leases, _leaseKey.Namespace, lease, stop);
        }
    }
}
