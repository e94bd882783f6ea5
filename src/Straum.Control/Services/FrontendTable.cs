using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

/// <summary>
/// The frontends of one Service on this node. For every port and every family that the Service has an address
/// of: (1) its ClusterIP, by the internal policy; (2) the node's addresses at its NodePort; (3) its external
/// addresses; (4) its load balancer addresses; 2 to 4 by the external policy.
/// </summary>
/// <remarks>
/// How to add a Service field: the field in Kubernetes/Objects/Service.cs and its decoder; what follows from it
/// here or in <see cref="EndpointSelection"/>; a scenario under tests/scenarios/services.
/// </remarks>
internal sealed class FrontendTable
{
    private readonly Service _service;
    private readonly NodeFacts _facts;
    private readonly EndpointTable _endpoints;
    private readonly List<Problem> _problems = [];
    private readonly List<FrontendSpec> _frontends = [];

    private FrontendTable(Service service, ValueArray<EndpointSlice> slices, NodeFacts facts)
    {
        (_service, _facts) = (service, facts);
        _endpoints = new EndpointTable(slices, facts, _problems);
    }

    private bool InternalLocal => _service.InternalTrafficPolicy == TrafficPolicy.Local;

    private bool ExternalLocal => _service.ExternalTrafficPolicy == TrafficPolicy.Local;

    /// <summary>Null for a Service that no proxy serves: headless, ExternalName, not yet allocated, or another proxy's.</summary>
    public static CompiledService? Compile(Service service, ValueArray<EndpointSlice> slices, NodeFacts facts)
    {
        if (service.Type == ServiceType.ExternalName || service.Headless || service.ClusterIPs.IsEmpty || service.ProxyName is not null)
        {
            return null;
        }
        var table = new FrontendTable(service, slices, facts);
        foreach (var clusterIP in service.ClusterIPs)
        {
            table.AddFamily(clusterIP);
        }
        table.ExplainUnusedAddresses();
        return new CompiledService(service, Ordered(table._frontends), [.. table._problems]);
    }

    private void AddFamily(IPAddress clusterIP)
    {
        var family = clusterIP.AddressFamily;
        var sourceRanges = _service.LoadBalancerSourceRanges.IsEmpty ? default
            : _service.LoadBalancerSourceRanges.Where(r => r.BaseAddress.AddressFamily == family).ToValueArray();
        foreach (var port in _service.Ports)
        {
            var selection = _endpoints.Select(port, family);
            Add(FrontendKind.ClusterIP, clusterIP, port.Port, port, InternalLocal, FrontendScope.Any, selection);
            if (port.NodePort != 0)
            {
                foreach (var address in _facts.NodeAddresses)
                {
                    AddExternal(FrontendKind.NodePort, address, port.NodePort, port, selection, family);
                }
            }
            foreach (var address in _service.ExternalIPs)
            {
                AddExternal(FrontendKind.ExternalIP, address, port.Port, port, selection, family);
            }
            foreach (var ingress in _service.LoadBalancerIngress)
            {
                // With ipMode Proxy even in-cluster clients must pass the load balancer (KEP-1860).
                if (ingress is { Address: { } address, IsVip: true })
                {
                    AddExternal(FrontendKind.LoadBalancer, address, port.Port, port, selection, family, sourceRanges);
                }
            }
        }
    }

    private void AddExternal(
        FrontendKind kind, IPAddress address, ushort number, ServicePort port, EndpointSelection selection, AddressFamily family,
        ValueArray<IPNetwork> sourceRanges = default)
    {
        if (address.AddressFamily != family)
        {
            return;
        }
        if (!ExternalLocal)
        {
            Add(kind, address, number, port, local: false, FrontendScope.Any, selection, sourceRanges);
            return;
        }
        // Local is there to keep the address of clients outside; our own use any endpoint, as with kube-proxy.
        Add(kind, address, number, port, local: false, FrontendScope.Internal, selection, sourceRanges);
        Add(kind, address, number, port, local: true, FrontendScope.External, selection, sourceRanges);
    }

    private void Add(
        FrontendKind kind, IPAddress address, ushort number, ServicePort port, bool local, FrontendScope scope,
        EndpointSelection selection, ValueArray<IPNetwork> sourceRanges = default)
    {
        var affinity = _service.SessionAffinity == SessionAffinity.ClientIP;
        _frontends.Add(new FrontendSpec
        {
            Address = address,
            Port = number,
            Protocol = port.Protocol,
            Scope = scope,
            Kind = kind,
            ServiceName = _service.Key,
            PortName = port.Name,
            Flags = (affinity ? FrontendFlags.Affinity : 0) | (local ? FrontendFlags.LocalOnly : 0),
            AffinityTimeout = affinity ? _service.AffinityTimeout : TimeSpan.Zero,
            SourceRanges = sourceRanges,
            Backends = local ? selection.Local : selection.Cluster,
            WhenEmpty = local && selection.HasAny ? EmptyVerdict.Drop : EmptyVerdict.Reject,
        });
    }

    private void ExplainUnusedAddresses()
    {
        if (_service.ExternalIPs.IsEmpty && _service.LoadBalancerIngress.IsEmpty)
        {
            return; // nearly every Service
        }
        for (var i = 0; i < _service.ExternalIPs.Length; i++)
        {
            var address = _service.ExternalIPs[i];
            if (!HasFamily(address.AddressFamily))
            {
                _problems.Add(Warn(Severity.Warning, $"spec.externalIPs[{i}]",
                    $"{address} is not served, because the Service has no cluster address of its family.",
                    "Make the Service dual-stack (ipFamilyPolicy), or remove the address."));
            }
        }
        foreach (var family in _service.ClusterIPs.Select(ip => ip.AddressFamily).Distinct())
        {
            if (_service.LoadBalancerIngress.Any(i => i.Address?.AddressFamily == family) && !_service.LoadBalancerSourceRanges.IsEmpty
                && _service.LoadBalancerSourceRanges.All(r => r.BaseAddress.AddressFamily != family))
            {
                var name = family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
                _problems.Add(Warn(Severity.Notice, "spec.loadBalancerSourceRanges",
                    $"No range is {name}, so the {name} load balancer address is open to everyone.",
                    $"Add the {name} ranges that may connect, or a range that matches nobody."));
            }
        }
    }

    private bool HasFamily(AddressFamily family) => _service.ClusterIPs.Any(ip => ip.AddressFamily == family);

    private Problem Warn(Severity severity, string field, string message, string fix) => new()
    {
        Severity = severity,
        Object = ObjectName.Of(_service),
        Field = field,
        Message = message,
        Fix = fix,
    };

    /// <summary>In the order that <see cref="ServicePlan"/> promises; an address that is listed twice counts once.</summary>
    private static ImmutableArray<FrontendSpec> Ordered(List<FrontendSpec> frontends)
    {
        if (frontends.Count < 2)
        {
            return [.. frontends];
        }
        // The same address may be, say, an external IP and the load balancer's: the first kind has it.
        var distinct = frontends.OrderBy(f => f.Kind).DistinctBy(f => (f.Address, f.Port, f.Protocol, f.Scope));
        return
        [
            .. distinct.OrderBy(f => f.Kind).ThenBy(f => f.Port).ThenBy(f => f.Protocol)
                .ThenBy(f => f.Address, AddressOrder.Instance).ThenBy(f => f.Scope),
        ];
    }
}
