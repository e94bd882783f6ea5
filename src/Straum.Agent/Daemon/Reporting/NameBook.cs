using System.Net;
using Straum.Control.Services;
using Straum.Datapath.Abi;
using Straum.Datapath.Services;
using Straum.Kubernetes.Snapshots;

namespace Straum.Agent.Daemon.Reporting;

/// <summary>Names for the numbers in the kernel's tables, from the last snapshot.</summary>
internal sealed class NameBook
{
    private readonly Dictionary<SvcKey, FrontendSpec> _frontends = [];
    private readonly Dictionary<IPAddress, (string Pod, string Node, string State)> _endpoints = [];

    public NameBook(Snapshot snapshot, ServicePlan? plan)
    {
        foreach (var frontend in plan?.Frontends ?? [])
        {
            _frontends.TryAdd(ServiceReconciler.KeyOf(frontend), frontend);
        }
        foreach (var endpoint in snapshot.EndpointSlices.SelectMany(s => s.Endpoints))
        {
            var pod = endpoint.Target is { Kind: "Pod" } target ? $"{target.Namespace}/{target.Name}" : "";
            var state = endpoint.Terminating ? "terminating" : endpoint.Ready ? "ready" : endpoint.Serving ? "serving" : "not-ready";
            foreach (var address in endpoint.Addresses)
            {
                _endpoints[address] = (pod, endpoint.NodeName, state);
            }
        }
    }

    /// <summary>Everything that the objects want.</summary>
    public IReadOnlyDictionary<SvcKey, FrontendSpec> Frontends => _frontends;

    public FrontendSpec? Frontend(SvcKey key) => _frontends.GetValueOrDefault(key);

    /// <summary>Empty strings when nothing is known.</summary>
    public (string Pod, string Node, string State) Endpoint(IPAddress address) => _endpoints.GetValueOrDefault(address, ("", "", ""));
}
