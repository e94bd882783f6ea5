using System.Net;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Straum.Lab.Cni;
using Straum.Lab.Pods.Manifest;

namespace Straum.Lab.Pods.Sandboxes;

/// <summary>
/// What a pod holds on its node: a network namespace, an attachment, running processes. Written before any of it is made,
/// so that whoever comes after a crash finds everything there is to clean or to adopt.
/// </summary>
public sealed record SandboxRecord
{
    public required string PodNamespace { get; init; }

    public required string PodName { get; init; }

    public required string PodUid { get; init; }

    /// <summary>The CNI container id; every attempt to set a pod up has its own.</summary>
    public required string ContainerId { get; init; }

    /// <summary>Name of the network namespace; null for a pod on the node's own network.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>What ADD returned; null until it did, and for a pod on the node's own network.</summary>
    public JsonObject? CniResult { get; init; }

    /// <summary>The pod's addresses, primary family first; empty until it has some.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>When the network was ready; null until then.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>The containers that run.</summary>
    public IReadOnlyList<ContainerRecord> Containers { get; init; } = [];

    [JsonIgnore]
    public IReadOnlyList<IPAddress> PodIPs => [.. Addresses.Select(IPAddress.Parse)];

    /// <summary>How the network plugins know the pod; the arguments are those that containerd passes.</summary>
    [JsonIgnore]
    public CniAttachment Attachment => new(ContainerId, NetworkNamespace is null ? null : LabPaths.Namespace(NetworkNamespace))
    {
        Result = CniResult,
        Arguments =
        [
            new("IgnoreUnknown", "1"),
            new("K8S_POD_NAMESPACE", PodNamespace),
            new("K8S_POD_NAME", PodName),
            new("K8S_POD_INFRA_CONTAINER_ID", ContainerId),
            new("K8S_POD_UID", PodUid),
        ],
    };

    /// <summary>The record of a pod that has nothing yet.</summary>
    /// <param name="pod">The pod.</param>
    public static SandboxRecord For(PodManifest pod)
    {
        var id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        return new SandboxRecord
        {
            PodNamespace = pod.Namespace,
            PodName = pod.Name,
            PodUid = pod.Uid,
            ContainerId = id,
            NetworkNamespace = pod.HostNetwork ? null : $"straum-{pod.NodeName}-{id[..8]}",
        };
    }
}

/// <summary>One running container.</summary>
/// <param name="Name">The container's name in the pod.</param>
/// <param name="Pid">Its main process.</param>
/// <param name="StartTicks">See <see cref="Processes.ProcessIdentity"/>.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="Restarts">Starts before this one.</param>
/// <param name="Started">Its startup probe has succeeded, or it has none.</param>
/// <param name="Ready">It was ready; whoever adopts it begins with that, or its Services would lose it for a moment.</param>
public sealed record ContainerRecord(string Name, int Pid, long StartTicks, DateTimeOffset StartedAt, int Restarts, bool Started, bool Ready);
