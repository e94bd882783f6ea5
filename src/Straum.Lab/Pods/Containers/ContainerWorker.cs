using Straum.Kubernetes.Events;
using Straum.Lab.Pods.Manifest;
using Straum.Lab.Pods.Probing;
using Straum.Lab.Pods.Sandboxes;
using Straum.Lab.Processes;
using Straum.Linux;

namespace Straum.Lab.Pods.Containers;

/// <summary>
/// One container from its first start to its last end: starts the process, starts it again as the restart policy says,
/// and probes it in between.
/// </summary>
/// <param name="container">What to run.</param>
/// <param name="policy">When to run it again; init containers map Always to OnFailure.</param>
/// <param name="host">What the container stands on.</param>
internal sealed class ContainerWorker(ContainerManifest container, RestartPolicy policy, IContainerHost host)
{
    // The kubelet's numbers are 10 s to 5 min; a lab is watched by somebody who waits.
    private readonly Backoff _backoff = new() { First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(30), ResetAfter = TimeSpan.FromMinutes(1) };
    private LabProcess? _process;

    /// <summary>The present state; replaced as a whole.</summary>
    public ContainerState State { get; private set; } = new() { Name = container.Name, Image = container.Image };

    /// <summary>What has to be remembered to adopt the running process; null while none runs.</summary>
    public ContainerRecord? Record => _process is { } process && State.IsRunning
        ? new(container.Name, process.Identity.Pid, process.Identity.StartTicks, process.StartedAt, State.Restarts, State.Started, State.Ready)
        : null;

    /// <summary>
    /// Before <see cref="RunAsync"/>: takes over the process that an earlier supervisor started, in the state that it was in;
    /// when it has ended meanwhile, the next start counts as a restart.
    /// </summary>
    public void Adopt(ContainerRecord earlier)
    {
        _process = LabProcess.Adopt(new ProcessIdentity(earlier.Pid, earlier.StartTicks), earlier.StartedAt);
        State = _process is null
            ? State with { Restarts = earlier.Restarts + 1 }
            : State with { Waiting = null, RunningSince = earlier.StartedAt, Restarts = earlier.Restarts, Started = earlier.Started, Ready = earlier.Ready };
    }

    /// <summary>Instead of <see cref="RunAsync"/>: an init container that an earlier supervisor has run.</summary>
    public void Skip()
    {
        var now = DateTimeOffset.UtcNow;
        State = State with { Waiting = null, Terminated = new(new ProcessExit(0), now, now) };
    }

    /// <summary>
    /// Runs until the container has ended for good. When <paramref name="stop"/> fires it returns at once and leaves the
    /// process running: see <see cref="StopAsync"/>.
    /// </summary>
    /// <param name="stop">Ends the work, not the process.</param>
    /// <returns>How it ended.</returns>
    public async Task<ProcessExit> RunAsync(CancellationToken stop)
    {
        while (true)
        {
            if ((_process ?? TryStart()) is not { } process)
            {
                await Task.Delay(_backoff.Next(TimeSpan.Zero), stop);
                continue;
            }
            var exit = await WatchAsync(process, stop);
            // Children of the main process would otherwise live on beside the next run.
            host.Kill(container);
            _process = null;
            var ended = new TerminatedState(exit, process.StartedAt, DateTimeOffset.UtcNow);
            if (policy is RestartPolicy.Never || (policy is RestartPolicy.OnFailure && exit.Succeeded))
            {
                Change(State with { RunningSince = null, Started = false, Ready = false, Terminated = ended });
                return exit;
            }

            var wait = _backoff.Next(ended.FinishedAt - ended.StartedAt);
            var message = $"back-off {wait.TotalSeconds:0}s restarting {container.Name}: last {exit}";
            Change(State with { RunningSince = null, Started = false, Ready = false, Terminated = ended, Waiting = new("CrashLoopBackOff", message) });
            host.Report(EventSeverity.Warning, "BackOff", $"Back-off restarting failed container {container.Name}");
            await Task.Delay(wait, stop);
            State = State with { Restarts = State.Restarts + 1 };
        }
    }

    /// <summary>SIGTERM to the main process, then SIGKILL to everything in the container once <paramref name="patience"/> has ended.</summary>
    public async Task StopAsync(CancellationToken patience)
    {
        if (_process is not { } process)
        {
            host.Kill(container);
            return;
        }
        using var stopping = new CancellationTokenSource();
        // An application that refuses new work while it drains says so by its readiness probe.
        var probes = ProbeReadinessAsync(process, stopping.Token);
        process.Terminate();
        await ((Task)process.Exited).WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        host.Kill(container);
        var exit = await process.Exited;
        await stopping.CancelAsync();
        await probes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Change(State with { RunningSince = null, Waiting = null, Started = false, Ready = false, Terminated = new(exit, process.StartedAt, DateTimeOffset.UtcNow) });
    }

    private LabProcess? TryStart()
    {
        try
        {
            var process = _process = host.Start(container);
            Change(State with { Waiting = null, RunningSince = process.StartedAt, Started = container.Startup is null, Ready = IsReadyAtOnce });
            host.Report(EventSeverity.Normal, "Started", $"Started container {container.Name}");
            return process;
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            Change(State with { Waiting = new("RunContainerError", e.Message) });
            host.Report(EventSeverity.Warning, "Failed", $"Container {container.Name}: {e.Message}");
            return null;
        }
    }

    private bool IsReadyAtOnce => container.Startup is null && container.Readiness is null;

    // Probes the process until it ends, and ends it when the liveness or startup probe gave it up.
    private async Task<ProcessExit> WatchAsync(LabProcess process, CancellationToken stop)
    {
        using var run = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var probes = ProbeAsync(process, run.Token);
        try
        {
            await process.Exited.WaitAsync(stop);
        }
        finally
        {
            await run.CancelAsync();
            await probes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return await process.Exited;
    }

    private async Task ProbeAsync(LabProcess process, CancellationToken stop)
    {
        if (container.Startup is { } startup && !State.Started)
        {
            var verdict = ProbeVerdict.Unknown;
            await foreach (var next in new ProbeLoop(startup, ProbeOnceAsync).RunAsync(process.StartedAt, stop))
            {
                verdict = next.Verdict;
                if (verdict is ProbeVerdict.Healthy)
                {
                    break;
                }
                if (verdict is ProbeVerdict.Unhealthy)
                {
                    GiveUp(process, "Startup", next);
                    return;
                }
            }
            Change(State with { Started = true, Ready = container.Readiness is null });
        }
        await Task.WhenAll(ProbeReadinessAsync(process, stop), ProbeLivenessAsync(process, stop));
    }

    private async Task ProbeReadinessAsync(LabProcess process, CancellationToken stop)
    {
        if (container.Readiness is not { } readiness)
        {
            return;
        }
        await foreach (var next in new ProbeLoop(readiness, ProbeOnceAsync).RunAsync(process.StartedAt, stop))
        {
            Change(State with { Ready = next.Verdict is ProbeVerdict.Healthy });
            if (next.Verdict is ProbeVerdict.Unhealthy)
            {
                host.Report(EventSeverity.Warning, "Unhealthy", $"Readiness probe of {container.Name} failed: {next.Reason}");
            }
        }
    }

    private async Task ProbeLivenessAsync(LabProcess process, CancellationToken stop)
    {
        if (container.Liveness is not { } liveness)
        {
            return;
        }
        await foreach (var next in new ProbeLoop(liveness, ProbeOnceAsync).RunAsync(process.StartedAt, stop))
        {
            if (next.Verdict is ProbeVerdict.Unhealthy)
            {
                GiveUp(process, "Liveness", next);
                return;
            }
        }
    }

    private Task<string?> ProbeOnceAsync(ProbeAction action, CancellationToken stop) => host.Probe(action, container, stop);

    private void GiveUp(LabProcess process, string probe, ProbeChange change)
    {
        host.Report(EventSeverity.Warning, "Unhealthy", $"{probe} probe of {container.Name} failed: {change.Reason}; it will be restarted");
        process.Kill();
    }

    private void Change(ContainerState state)
    {
        State = state;
        host.Changed();
    }
}
