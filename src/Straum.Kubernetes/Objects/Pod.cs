using System.Net;

namespace Straum.Kubernetes.Objects;

/// <summary>core/v1 Pod.</summary>
public sealed record Pod : KubernetesObject
{
    /// <summary>Empty until scheduled.</summary>
    public string NodeName { get; init; } = "";

    /// <summary>status.podIPs, primary family first; empty until the sandbox exists.</summary>
    public ValueArray<IPAddress> PodIPs { get; init; }

    public PodPhase Phase { get; init; }

    /// <summary>The Ready condition is True.</summary>
    public bool Ready { get; init; }

    /// <summary>Shares the node's network: has the node's addresses and no veth.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>Ports of all containers that run along (init containers with restartPolicy Always included).</summary>
    public ValueArray<ContainerPort> Ports { get; init; }

    /// <summary>metadata.deletionTimestamp is set.</summary>
    public bool Terminating => Meta.DeletedAt is not null;
}

/// <summary>A port that a container declares; policies and Services may refer to it by name.</summary>
public sealed record ContainerPort(string Name, ushort Port, Protocol Protocol);

public enum PodPhase : byte
{
    Unknown,
    Pending,
    Running,
    Succeeded,
    Failed,
}
