using System.Net;
using System.Net.Sockets;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

/// <summary>
/// The endpoints of one Service from all its slices, by port name, protocol and family. An endpoint may be in
/// two slices while it moves from one to the other: it counts once, as the better of the two.
/// </summary>
internal sealed class EndpointTable
{
    private readonly Dictionary<PortKey, Dictionary<(IPAddress, ushort), Endpoint>> _byPort = [];
    private readonly Dictionary<PortKey, EndpointSelection> _selections = [];
    private readonly NodeFacts _facts;
    private readonly List<Problem> _problems;

    public EndpointTable(ValueArray<EndpointSlice> slices, NodeFacts facts, List<Problem> problems)
    {
        (_facts, _problems) = (facts, problems);
        foreach (var slice in slices)
        {
            Add(slice);
        }
    }

    /// <summary>What this node chooses for a Service port in one family; empty when no slice has such a port.</summary>
    public EndpointSelection Select(ServicePort port, AddressFamily family)
    {
        var key = new PortKey(port.Name, port.Protocol, family);
        if (!_selections.TryGetValue(key, out var selection))
        {
            _selections.Add(key, selection = _byPort.TryGetValue(key, out var endpoints) ? Select(endpoints) : EndpointSelection.None);
        }
        return selection;
    }

    private EndpointSelection Select(Dictionary<(IPAddress, ushort), Endpoint> endpoints)
    {
        var ordered = endpoints.Values.ToArray();
        Array.Sort(ordered, static (a, b) =>
        {
            var byAddress = AddressOrder.Instance.Compare(a.Backend.Address, b.Backend.Address);
            return byAddress != 0 ? byAddress : a.Backend.Port.CompareTo(b.Backend.Port);
        });
        return EndpointSelection.Of(ordered, _facts);
    }

    private void Add(EndpointSlice slice)
    {
        if (slice.AddressType == AddressType.Fqdn)
        {
            _problems.Add(new Problem
            {
                Severity = Severity.Warning,
                Object = ObjectName.Of(slice),
                Field = "addressType",
                Message = "FQDN endpoints are names, and no proxy can send packets to a name; the slice is ignored.",
                Fix = "Use IPv4 or IPv6 endpoints, or a Service of type ExternalName.",
            });
            return;
        }
        var family = slice.AddressType == AddressType.IPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        for (var i = 0; i < slice.Endpoints.Length; i++)
        {
            var endpoint = slice.Endpoints[i];
            if (endpoint.Addresses.IsEmpty)
            {
                continue;
            }
            // Further addresses have no meaning (discovery/v1 Endpoint.addresses).
            var address = endpoint.Addresses[0];
            if (Objection(address, family) is { } objection)
            {
                _problems.Add(Unusable(slice, i, address, objection));
                continue;
            }
            foreach (var port in slice.Ports)
            {
                if (port.Port != 0)
                {
                    Add(new PortKey(port.Name, port.Protocol, family), address, port.Port, endpoint);
                }
            }
        }
    }

    private void Add(PortKey key, IPAddress address, ushort port, SliceEndpoint source)
    {
        if (!_byPort.TryGetValue(key, out var endpoints))
        {
            _byPort.Add(key, endpoints = []);
        }
        var endpoint = new Endpoint(
            new BackendSpec
            {
                Address = address,
                Port = port,
                NodeName = source.NodeName,
                Zone = source.Zone,
                Local = source.NodeName.Length > 0 && source.NodeName == _facts.NodeName,
                Ready = source.Ready,
                Serving = source.Serving,
                Terminating = source.Terminating,
            },
            source);
        if (!endpoints.TryGetValue((address, port), out var present) || Rank(endpoint) > Rank(present))
        {
            endpoints[(address, port)] = endpoint;
        }
    }

    /// <summary>Slices come in the order of their names, so of equals the first by name stays.</summary>
    private static int Rank(Endpoint endpoint) =>
        (endpoint.IsLocal ? 4 : 0) + (endpoint.IsReady ? 2 : 0) + (endpoint.CanStandIn ? 1 : 0);

    /// <summary>Why packets must not be sent there, or null.</summary>
    private static string? Objection(IPAddress address, AddressFamily family) =>
        address.AddressFamily != family ? "is not of the slice's address type"
        : IPAddress.IsLoopback(address) ? "is a loopback address: every node would send to itself"
        : address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? "is the unspecified address"
        : IsLinkLocal(address) ? "is link-local: every node would send to another machine"
        : IsMulticast(address) ? "is a multicast address"
        : null;

    private static bool IsLinkLocal(IPAddress address) =>
        address.IsIPv6LinkLocal || LinkLocalV4.Contains(address);

    private static bool IsMulticast(IPAddress address) => address.IsIPv6Multicast || MulticastV4.Contains(address);

    private static readonly IPNetwork LinkLocalV4 = IPNetwork.Parse("169.254.0.0/16");
    private static readonly IPNetwork MulticastV4 = IPNetwork.Parse("224.0.0.0/4");

    private static Problem Unusable(EndpointSlice slice, int index, IPAddress address, string objection) => new()
    {
        Severity = Severity.Warning,
        Object = ObjectName.Of(slice),
        Field = $"endpoints[{index}].addresses[0]",
        Message = $"{address} {objection}; the endpoint is ignored.",
        Fix = "Give the endpoint an address that is reachable from every node.",
    };

    private readonly record struct PortKey(string Name, Protocol Protocol, AddressFamily Family);
}
