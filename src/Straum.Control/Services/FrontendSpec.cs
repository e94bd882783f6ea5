using System.Net;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

/// <summary>
/// One address, port and protocol that this node translates, and the backends it may choose, validated and
/// compiled for this node. Immutable and compared by content; an unchanged Service keeps its instances, so
/// a reference that is equal needs no second look.
/// </summary>
public sealed record FrontendSpec
{
    public required IPAddress Address { get; init; }
    public required ushort Port { get; init; }
    public required Protocol Protocol { get; init; }

    /// <summary>The origin of the traffic that this frontend is for.</summary>
    public FrontendScope Scope { get; init; }

    public required FrontendKind Kind { get; init; }
    public required NamespacedName ServiceName { get; init; }

    /// <summary>Empty for a Service with one unnamed port.</summary>
    public string PortName { get; init; } = "";

    public FrontendFlags Flags { get; init; }

    /// <summary>How long a client sticks to its backend after its last connection; zero without affinity.</summary>
    public TimeSpan AffinityTimeout { get; init; }

    /// <summary>Sources that may use this frontend; empty means all. Only load balancer addresses have them.</summary>
    public ValueArray<IPNetwork> SourceRanges { get; init; }

    /// <summary>The backends in use, ordered by address and port. Those that wait or drain are not here.</summary>
    public ValueArray<BackendSpec> Backends { get; init; }

    /// <summary>What happens to a packet while <see cref="Backends"/> is empty.</summary>
    public EmptyVerdict WhenEmpty { get; init; }
}

/// <summary>What of a Service a frontend implements.</summary>
public enum FrontendKind : byte
{
    ClusterIP,
    NodePort,
    ExternalIP,
    LoadBalancer,
}

/// <summary>
/// With externalTrafficPolicy Local an external address has two frontends: traffic from outside gets only
/// local backends, traffic from this cluster gets all of them. All other frontends serve any origin.
/// </summary>
public enum FrontendScope : byte
{
    Any,

    /// <summary>Traffic of this node and its pods.</summary>
    Internal,

    /// <summary>Traffic that arrives from outside.</summary>
    External,
}

[Flags]
public enum FrontendFlags : byte
{
    None = 0,

    /// <summary>sessionAffinity ClientIP.</summary>
    Affinity = 1,

    /// <summary>A traffic policy of Local chose the backends: all are on this node, and the source address stays.</summary>
    LocalOnly = 2,
}

/// <summary>What happens to a packet that finds no backend.</summary>
public enum EmptyVerdict : byte
{
    /// <summary>The Service has no endpoint anywhere: answer at once (RST or ICMP port unreachable).</summary>
    Reject,

    /// <summary>There are endpoints, but policy Local keeps this node from them: another node may answer, so say nothing.</summary>
    Drop,
}
