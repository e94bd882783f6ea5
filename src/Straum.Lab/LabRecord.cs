using System.Text.Json.Serialization;
using Straum.Lab.Processes;
using Straum.Linux;

namespace Straum.Lab;

/// <summary>What is built on this machine, or was when it crashed: the file that <c>up</c> writes first and <c>down</c> removes last.</summary>
public sealed record LabRecord
{
    public required int Nodes { get; init; }

    public required LabMode Mode { get; init; }

    /// <inheritdoc cref="LabSpec.Kubeconfig"/>
    public string? Kubeconfig { get; init; }

    /// <inheritdoc cref="LabSpec.Configuration"/>
    public string? Configuration { get; init; }

    /// <summary>The directory of the programs that it runs.</summary>
    public required string Programs { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where the API server listens on the host's loopback: it stays the same over restarts.</summary>
    public int ApiPort { get; init; } = Topology.LabTopology.ApiOnHost.Port;

    /// <summary>The supervisor; zero until it was started.</summary>
    public int SupervisorPid { get; init; }

    public long SupervisorStartTicks { get; init; }

    /// <summary>Null until it was started, and in a record of an earlier build.</summary>
    public DateTimeOffset? SupervisorStartedAt { get; init; }

    /// <summary>A process that the lab belongs to, such as a test run: once it has ended, whoever wants a lab may take this one down. Zero for a lab of a person.</summary>
    public int OwnerPid { get; init; }

    public long OwnerStartTicks { get; init; }

    [JsonIgnore]
    public LabSpec Spec => new() { Nodes = Nodes, Mode = Mode, Kubeconfig = Kubeconfig, Configuration = Configuration };

    [JsonIgnore]
    public ProcessIdentity Supervisor => new(SupervisorPid, SupervisorStartTicks);

    [JsonIgnore]
    public ProcessIdentity Owner => new(OwnerPid, OwnerStartTicks);

    [JsonIgnore]
    public bool IsSupervised => Supervisor.IsAlive;

    /// <summary>It belongs to a process that still runs.</summary>
    [JsonIgnore]
    public bool IsOwned => Owner.IsAlive;

    /// <summary>
    /// Somebody may still want it: its owner runs or, without an owner, anything of it does. A person's lab is that person's
    /// until <c>lab down</c>, also when its supervisor was killed; what a killed test run left is nobody's, whatever of it runs.
    /// </summary>
    [JsonIgnore]
    public bool IsInUse => OwnerPid == 0 ? HasProcesses() : IsOwned;

    /// <summary>A process of the lab on this machine runs: its supervisor, its API server, an agent, a pod, or a command in one of its places.</summary>
    public static bool HasProcesses() =>
        Mounts.List().Any(m => m.FileSystemType == "cgroup2") && ControlGroup.TryOpen(LabCgroups.Root, out var cgroup) && cgroup.IsPopulated;

    /// <summary>The record on this machine; null when there is no lab.</summary>
    public static LabRecord? Read() => StateFile.Read(LabPaths.Record, LabJson.Default.LabRecord);

    internal void Write() => StateFile.Write(LabPaths.Record, this, LabJson.Default.LabRecord);
}
