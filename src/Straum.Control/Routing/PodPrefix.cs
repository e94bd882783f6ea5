using System.Net;
using System.Net.Sockets;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Routing;

/// <summary>A node's pod prefix, as one of all.</summary>
internal sealed record PodPrefix(Node Node, int Index, IPNetwork Prefix)
{
    public AddressFamily Family => Prefix.BaseAddress.AddressFamily;

    public string Field => $"spec.podCIDRs[{Index}]";

    public bool Overlaps(PodPrefix other) =>
        Family == other.Family
        && (Prefix.Contains(other.Prefix.BaseAddress) || other.Prefix.Contains(Prefix.BaseAddress));
}
