using Straum.Lab.Processes;

namespace Straum.Lab;

/// <summary>What <c>straum lab status</c> shows, and its JSON.</summary>
/// <param name="State">running, unsupervised (its supervisor died) or absent.</param>
/// <param name="Nodes">Number of nodes.</param>
/// <param name="Mode">native or vxlan; empty when absent.</param>
/// <param name="CreatedAt">When it was built.</param>
/// <param name="Kubeconfig">For kubectl --kubeconfig.</param>
/// <param name="InUse"><inheritdoc cref="LabRecord.IsInUse"/></param>
/// <param name="Owner">The process that it was built for, such as a test run; null for a person's lab.</param>
/// <param name="LockedBy">The process that holds the lab's lock, because it builds, removes or tests a lab; null when none does.</param>
/// <param name="Processes">The lab's own processes.</param>
public sealed record LabStatus(
    string State, int Nodes, string Mode, DateTimeOffset? CreatedAt, string Kubeconfig, bool InUse, LabOwner? Owner, RunningProcess? LockedBy,
    IReadOnlyList<LabProcessStatus> Processes)
{
    /// <summary>Everything that should run does.</summary>
    public bool IsGood => State is "running" && Processes.All(p => p.Running);

    public static LabStatus Read()
    {
        if (LabRecord.Read() is not { } record)
        {
            return new LabStatus("absent", 0, "", null, "", InUse: false, null, LabLock.Holder(), []);
        }
        var supervisor = new LabProcessStatus("supervisor", record.SupervisorPid, record.IsSupervised, 0, null, record.SupervisorStartedAt ?? record.CreatedAt);
        var others = Directory.Exists(LabPaths.ProcessRecords)
            ? Directory.EnumerateFiles(LabPaths.ProcessRecords, "*.json").Order(StringComparer.Ordinal)
                .Select(f => StateFile.Read(f, LabJson.Default.ProcessRecord)).OfType<ProcessRecord>()
                .Select(p => new LabProcessStatus(p.Name, p.Pid, p.Identity.IsAlive, p.Restarts, p.LastExit, p.StartedAt))
            : [];
        return new LabStatus(
            record.IsSupervised ? "running" : "unsupervised", record.Nodes, record.Mode.ToString().ToLowerInvariant(),
            record.CreatedAt, LabPaths.Kubeconfig, record.IsInUse, OwnerOf(record), LabLock.Holder(), [supervisor, .. others]);
    }

    private static LabOwner? OwnerOf(LabRecord record) => record switch
    {
        { OwnerPid: 0 } => null,
        // Its pid may be another's by now.
        { IsOwned: false } => new LabOwner(record.OwnerPid, null, Running: false),
        _ => new LabOwner(record.OwnerPid, RunningProcess.Read(record.OwnerPid).Command, Running: true),
    };
}

/// <summary>The process that a lab was built for, and that removes it.</summary>
/// <param name="Pid">In the host's pid namespace.</param>
/// <param name="Command"><inheritdoc cref="RunningProcess.Command"/></param>
/// <param name="Running">It runs; once it has ended, the lab is nobody's.</param>
public sealed record LabOwner(int Pid, string? Command, bool Running);

/// <summary>One of the lab's own processes.</summary>
/// <param name="Name">supervisor, apiserver, or the node whose agent it is.</param>
/// <param name="Pid">Zero while it is down.</param>
/// <param name="Running">It runs now.</param>
/// <param name="Restarts">Starts after the first one.</param>
/// <param name="LastExit">How it ended last; null when it never did.</param>
/// <param name="StartedAt">When the present run began.</param>
public sealed record LabProcessStatus(string Name, int Pid, bool Running, int Restarts, string? LastExit, DateTimeOffset StartedAt);
