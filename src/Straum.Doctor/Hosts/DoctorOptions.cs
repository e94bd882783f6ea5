using System.Net;

namespace Straum.Doctor.Hosts;

/// <summary>What the user says about one run of the doctor.</summary>
public sealed record DoctorOptions
{
    /// <summary>Where the disk is measured; null for etcd's data directory, or else <c>/var/lib</c>.</summary>
    public string? DiskPath { get; init; }

    /// <summary>Other nodes to measure, besides those that the agent knows.</summary>
    public IReadOnlyList<IPAddress> Peers { get; init; } = [];

    /// <summary>The agent's socket.</summary>
    public string AgentSocket { get; init; } = "/run/straum/agent.sock";

    /// <summary>The lab's node that is looked at; null for the machine itself.</summary>
    public LabNode? LabNode { get; init; }

    /// <summary>The address of the cluster's DNS Service; null to take it from the pods' resolv.conf.</summary>
    public IPAddress? ClusterDns { get; init; }

    /// <summary>A name outside the cluster that lookups are tried with.</summary>
    public string ExternalName { get; init; } = "kubernetes.io";
}
