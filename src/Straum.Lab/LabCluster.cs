using System.Diagnostics;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;
using Straum.Lab.Processes;
using Straum.Lab.Supervision;
using Straum.Lab.Topology;
using Straum.Linux;

namespace Straum.Lab;

/// <summary>The lab as a whole: builds it, removes it.</summary>
/// <param name="paths">Where the programs are.</param>
public sealed class LabCluster(LabPaths paths)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>How long each step of <see cref="UpAsync"/> may take before the lab counts as broken.</summary>
    public TimeSpan StepLimit { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Whose lab it is: once that process has ended, anybody may remove the lab. Null for a lab that stays.</summary>
    public ProcessIdentity? Owner { get; init; }

    /// <summary><see cref="UpAsync"/> has taken a lab over or built the network of a new one: what there is from then on is the lab that was asked for.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The lock, when the caller has taken it already to keep others off for longer; null to take it for each call.</summary>
    public LabLock? Held { get; init; }

    /// <summary>
    /// Builds a lab; finds the one that runs already; takes over one that lost its supervisor, with everything in it; goes on
    /// where an <c>up</c> that was ended had come to:
    /// (1) what the machine must have; (2) nobody else at it, and no other lab; (3) what a crashed one left; (4) the network;
    /// (5) the supervisor, which brings up the API server and the agents; (6) the nodes; (7) the sample; (8) its pods.
    /// </summary>
    /// <param name="spec">What to build.</param>
    /// <param name="withSample">Apply the sample application, and wait for its pods.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="stop">Leaves the lab as far as it has come.</param>
    /// <returns>False when an equal lab was running, and nothing was missing.</returns>
    /// <exception cref="LabException">It cannot be built, with the reason.</exception>
    public async Task<bool> UpAsync(LabSpec spec, bool withSample, IProgress<LabStep> progress, CancellationToken stop)
    {
        // :: Step 1
        if (spec.Validate() is [var problem, ..])
        {
            throw new LabException(problem);
        }
        if (LabRequirements.Missing(paths) is { Count: > 0 } missing)
        {
            throw new LabException($"this machine lacks {string.Join("; ", missing)}");
        }

        var credentials = spec.Kubeconfig is { } file ? await Kubectl.FlattenAsync(file, stop) : null;

        // :: Step 2
        using var taken = Held is null ? await LabLock.AcquireAsync(reason => progress.Report(new LabStep("host", reason, Done: false, Lasting: true)), stop) : null;
        var found = LabRecord.Read();
        var usable = found is not null && IsOurs(found) && found.Spec == spec && File.Exists(LabPaths.NetworkBuilt);
        if (found is { IsInUse: true } && !usable && (!IsOurs(found) || LabRecord.HasProcesses()))
        {
            throw new LabException($"a lab of {found.Spec} is running{WhoseIs(found)}", "straum lab down");
        }
        var applies = withSample && !(usable && File.Exists(LabPaths.SampleApplied));
        if (usable && found!.IsSupervised && !applies)
        {
            return false;
        }
        if (usable && found!.Programs != paths.Programs && !found.IsSupervised)
        {
            // Agents of one build under the supervisor of another would be neither.
            if (LabRecord.HasProcesses())
            {
                throw new LabException($"the lab of {found.Spec} runs the programs in {found.Programs}, and has lost its supervisor", $"{found.Programs}/straum lab up, or straum lab down");
            }
            progress.Report(new LabStep("host", $"the lab ran the programs in {found.Programs}", Done: false, Lasting: true));
            usable = false;
        }

        // :: Steps 3 and 4
        if (!usable)
        {
            if (credentials is not null)
            {
                await RefuseNamesakesAsync(spec, credentials, stop);
            }
            BuildNetwork(spec, credentials, progress);
        }
        HasBegun = true;

        // :: Step 5
        LabProcess supervisor;
        if (usable && LabProcess.Adopt(found!.Supervisor, found.SupervisorStartedAt ?? found.CreatedAt) is { } living)
        {
            supervisor = living;
        }
        else
        {
            if (usable)
            {
                progress.Report(new LabStep("host", "the lab had lost its supervisor; a new one takes over what runs", Done: false, Lasting: true));
            }
            supervisor = LabProcess.Start(null, LabProcesses.Supervisor(paths));
        }
        using var client = await WaitAsync("api", "the API server", supervisor, progress,
            async () => (await ApiAccess.TryConnectAsync(stop), "starting"), stop);
        progress.Report(new LabStep("api", client.Config.Server.ToString(), Done: true));

        // :: Step 6
        var nodes = await WaitAsync("nodes", "the nodes", supervisor, progress, async () =>
        {
            var (list, _) = await client.ListAllAsync(Kinds.Nodes, Selection.All, stop);
            var ready = list.Count(n => n.Ready);
            // In a lab that is taken over, nodes are still ready by the word of the former supervisor.
            var runs = LabStatus.Read().IsGood;
            return (ready >= spec.Nodes && runs ? list : null, $"{ready} of {spec.Nodes} ready{(runs ? "" : ", their processes start")}");
        }, stop);
        progress.Report(new LabStep("nodes", string.Join(", ", nodes.Select(n => n.Name).Order()), Done: true));
        if (!applies)
        {
            return true;
        }

        // :: Step 7
        progress.Report(new LabStep("sample", await Kubectl.ApplyAsync(SampleApplication.Read(), stop), Done: true));
        await File.WriteAllTextAsync(LabPaths.SampleApplied, "", stop);

        // :: Step 8
        var pods = await WaitAsync("pods", "the sample's pods", supervisor, progress, async () =>
        {
            var (list, _) = await client.ListAllAsync(Kinds.Pods, Selection.All, stop);
            var ready = list.Count(p => p.Ready);
            return (ready >= SampleApplication.Pods ? list : null, $"{ready} of {SampleApplication.Pods} ready");
        }, stop);
        progress.Report(new LabStep("pods", $"{pods.Count} ready", Done: true));
        return true;
    }

    /// <summary>Removes the lab with everything in it, in whatever state it is. Returns false when there was nothing.</summary>
    /// <param name="force">Also when it belongs to another process that still runs or, for an <see cref="Owner"/>, to a person.</param>
    /// <param name="waiting">Called once when another process has to be waited for.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<bool> DownAsync(bool force, Action<string>? waiting, CancellationToken stop)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new LabException("only root can remove a lab", "sudo straum lab down");
        }
        using var taken = Held is null ? await LabLock.AcquireAsync(waiting, stop) : null;
        if (!force && LabRecord.Read() is { IsInUse: true } record && !IsOurs(record))
        {
            throw record.IsOwned
                ? new LabException($"a lab of {record.Spec} is running{WhoseIs(record)}, which removes it when it ends", "--force")
                : new LabException($"a lab of {record.Spec} is running{WhoseIs(record)}", "straum lab down");
        }
        if (LabRecord.Read() is { Kubeconfig: not null } foreign)
        {
            await ForeignNodes.RemoveAsync(foreign, stop);
        }
        return LabTeardown.Run();
    }

    /// <summary>The record of the lab on this machine; it may have lost its supervisor, and everything else of it still runs.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public static LabRecord Running() => LabRecord.Read() ?? throw new LabException("no lab is running", "straum lab up");

    /// <summary>Removes what is left of an earlier lab, and builds the network of a new one. The record is first, so that a crash leaves nothing unnamed.</summary>
    private void BuildNetwork(LabSpec spec, string? credentials, IProgress<LabStep> progress)
    {
        // :: Step 3
        if (LabTeardown.Run())
        {
            progress.Report(new LabStep("host", "removed what an earlier lab had left", Done: false, Lasting: true));
        }
        progress.Report(new LabStep("host", "everything needed is there", Done: true));

        // :: Step 4
        var record = new LabRecord
        {
            Nodes = spec.Nodes,
            Mode = spec.Mode,
            Kubeconfig = spec.Kubeconfig,
            Configuration = spec.Configuration,
            Programs = paths.Programs,
            ApiPort = HostPort.FreeOrAny(LabTopology.ApiOnHost),
            CreatedAt = DateTimeOffset.UtcNow,
            OwnerPid = Owner?.Pid ?? 0,
            OwnerStartTicks = Owner?.StartTicks ?? 0,
        };
        // Credentials lie below it.
        Directory.CreateDirectory(LabPaths.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        record.Write();
        if (credentials is not null)
        {
            StateFile.WriteSecret(LabPaths.Kubeconfig, credentials);
        }
        Mounts.EnsureBpfFileSystem();
        TopologyBuilder.Build(new LabTopology(spec.Nodes));
        File.WriteAllText(LabPaths.NetworkBuilt, "");
        progress.Report(new LabStep("network", $"{spec.Nodes} node namespaces, router, client", Done: true));
    }

    // Two kubelets that write one Node would fight for it, and `down` would remove somebody's machine.
    private static async Task RefuseNamesakesAsync(LabSpec spec, string credentials, CancellationToken stop)
    {
        try
        {
            using var client = new KubernetesClient(KubeConfigFile.Parse(credentials, spec.Kubeconfig!));
            if (await ForeignNodes.FindNamesakeAsync(client, new LabTopology(spec.Nodes), stop) is { } node)
            {
                throw new LabException($"the cluster of {spec.Kubeconfig} has a node {node} already, which is no lab's");
            }
        }
        catch (ClusterConfigException e)
        {
            throw new LabException(e.Message);
        }
    }

    private bool IsOurs(LabRecord record) => record.Owner == (Owner ?? default);

    private static string WhoseIs(LabRecord record) =>
        (record.IsOwned ? $" for {RunningProcess.Read(record.OwnerPid)}" : "") + (record.IsSupervised ? "" : ", without its supervisor");

    private async Task<T> WaitAsync<T>(
        string step, string what, LabProcess supervisor, IProgress<LabStep> progress,
        Func<Task<(T? Value, string State)>> look, CancellationToken stop) where T : class
    {
        var started = Stopwatch.GetTimestamp();
        var state = "";
        while (true)
        {
            try
            {
                var (value, now) = await look();
                if (value is not null)
                {
                    return value;
                }
                if (now != state)
                {
                    progress.Report(new LabStep(step, state = now, Done: false));
                }
            }
            catch (KubernetesException e)
            {
                state = e.Message;
            }
            if (supervisor.Exited.IsCompleted)
            {
                throw new LabException($"the lab's supervisor ended: {supervisor.Exited.Result}", $"its last words are in {LabPaths.Log("supervisor")}");
            }
            if (Stopwatch.GetElapsedTime(started) > StepLimit)
            {
                throw new LabException($"{what}: {state} after {StepLimit.TotalSeconds:0} s{LastWords()}", "straum lab status, straum lab logs NODE; straum lab down removes it");
            }
            await Task.Delay(Glance, stop);
        }
    }

    // What those processes said last that do not stay up.
    private static string LastWords() => string.Concat(LabStatus.Read().Processes
        .Where(p => p.LastExit is not null && File.Exists(LabPaths.Log(p.Name)))
        .Select(p => $"; {p.Name} ended with {p.LastExit}: {File.ReadLines(LabPaths.Log(p.Name)).LastOrDefault()}"));
}
