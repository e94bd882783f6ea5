using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Straum.Control.Addressing;
using Straum.Datapath.Audit;
using Straum.Datapath.Tables;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// Compares the pods' records with the kernel: at start, and slowly ever after. It repairs and finishes; it only forgets a
/// pod that is provably gone, since a runtime that has not sent a DEL may still have plans with it.
/// </summary>
public sealed partial class PodReconciler
{
    /// <summary>How long a pod's device and namespace are both gone before the missing DEL is not waited for any more.</summary>
    public static readonly TimeSpan GoneFor = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private readonly PodRegistry _registry;
    private readonly PodAttachments _attachments;
    private readonly IPodNetwork _network;
    private readonly IPodDatapath _datapath;
    private readonly PendingDeletes _pending;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly DriftCounters _drift;
    private readonly Dictionary<AddressOwner, long> _goneSince = [];

    // One slot: what happens while a comparison runs leads to one more.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public PodReconciler(
        PodRegistry registry, PodAttachments attachments, IPodNetwork network, IPodDatapath datapath, PendingDeletes pending,
        TimeProvider clock, ILogger<PodReconciler> log, DriftCounters? drift = null)
    {
        _drift = drift ?? new DriftCounters();
        _registry = registry;
        _attachments = attachments;
        _network = network;
        _datapath = datapath;
        _pending = pending;
        _clock = clock;
        _log = log;
    }

    /// <summary>
    /// Brings the node from what the last agent left to where calls can be served. To be awaited before the first call.
    /// <list type="number">
    /// <item>Protect addresses in use that no record explains.</item>
    /// <item>Make the datapath hold the attached pods and no others.</item>
    /// <item>Undo ADDs and finish DELs that were cut off; forget pods of an earlier boot.</item>
    /// <item>Finish the deletions that came while no agent ran.</item>
    /// </list>
    /// </summary>
    public async Task RecoverAsync()
    {
        if (_registry.DamagedLines > 0)
        {
            LogDamaged(_log, _registry.DamagedLines);
        }

        // :: Step 1: foreign devices
        var links = await Task.Run(_network.List).ConfigureAwait(false);
        KeepForeign(links, []);

        // :: Step 2: datapath
        var byName = links.ToDictionary(l => l.Name);
        var attached = _registry.Pods.Where(p => p.State == PodState.Attached && byName.ContainsKey(p.HostInterface));
        await Task.Run(() => _datapath.Restore([.. attached.Select(p => p.Endpoint)])).ConfigureAwait(false);

        // :: Step 3: what was cut off
        foreach (var pod in _registry.Pods)
        {
            if (pod.State != PodState.Attached || (_registry.RebootedSince && !byName.ContainsKey(pod.HostInterface)))
            {
                await _attachments.DetachAsync(pod.Owner).ConfigureAwait(false);
            }
        }

        // :: Step 4: deletions
        await FinishPendingAsync().ConfigureAwait(false);
    }

    /// <summary>Calls <see cref="ReconcileAsync"/> again and again until cancelled. A pass that fails is logged and tried again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var timer = _clock.CreateTimer(_ => _wake.Writer.TryWrite(true), null, Interval, Interval);
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                try
                {
                    await ReconcileAsync().ConfigureAwait(false);
                }
                catch (Exception e) when (IsRefusal(e))
                {
                    LogFailed(_log, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// Compares now and not at the next tick: something about this device changed, or a route over it is gone. Devices that
    /// are no attached pod's are passed over, so that the end of a pod wakes nobody.
    /// </summary>
    public void HostChanged(int interfaceIndex)
    {
        if (_registry.Pods.Any(p => p.State == PodState.Attached && p.HostInterfaceIndex == interfaceIndex))
        {
            _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>Compares now: nobody knows what changed.</summary>
    public void AnythingChanged() => _wake.Writer.TryWrite(true);

    /// <summary>One comparison. What is refused for one pod is reported, and the others get their turn.</summary>
    public async Task ReconcileAsync()
    {
        await FinishPendingAsync().ConfigureAwait(false);
        var pods = _registry.Pods;
        var links = await Task.Run(_network.List).ConfigureAwait(false);
        var byName = links.ToDictionary(l => l.Name);
        foreach (var pod in pods)
        {
            try
            {
                await ReconcilePodAsync(pod, byName.GetValueOrDefault(pod.HostInterface)).ConfigureAwait(false);
            }
            catch (Exception e) when (IsRefusal(e))
            {
                LogPodFailed(_log, pod, e.Message);
            }
        }
        foreach (var owner in _goneSince.Keys.Except(pods.Select(p => p.Owner)).ToList())
        {
            _goneSince.Remove(owner);
        }
        KeepForeign(links, pods);
    }

    private async Task ReconcilePodAsync(PodRecord pod, PodHostLink? link)
    {
        switch (pod.State)
        {
            case PodState.Detaching:
                await _attachments.DetachAsync(pod.Owner).ConfigureAwait(false);
                break;
            case PodState.Attached when link is not null:
                _goneSince.Remove(pod.Owner);
                if (!link.IsUp || pod.Addresses.Any(a => !link.Addresses.Contains(a)) || !_datapath.Contains(pod.Endpoint))
                {
                    _drift.Add(_datapath.Contains(pod.Endpoint) ? "routes" : "pods", 1);
                    await _attachments.RepairAsync(pod.Owner).ConfigureAwait(false);
                }
                break;
            case PodState.Attached:
                await ConsiderGoneAsync(pod).ConfigureAwait(false);
                break;
        }
    }

    private static bool IsRefusal(Exception e) => e is LinuxException or TableFullException or IOException;

    private async Task ConsiderGoneAsync(PodRecord pod)
    {
        if (await Task.Run(() => _network.TryGetNamespace(pod.NetworkNamespace)).ConfigureAwait(false) is not null)
        {
            _goneSince.Remove(pod.Owner);
            return;
        }
        if (_goneSince.TryAdd(pod.Owner, _clock.GetTimestamp()) || _clock.GetElapsedTime(_goneSince[pod.Owner]) < GoneFor)
        {
            return;
        }
        LogGone(_log, pod);
        await _attachments.DetachAsync(pod.Owner).ConfigureAwait(false);
    }

    private async Task FinishPendingAsync()
    {
        foreach (var owner in _pending.List())
        {
            LogPending(_log, owner);
            await _attachments.DetachAsync(owner).ConfigureAwait(false);
        }
    }

    /// <param name="links">The devices there are.</param>
    /// <param name="before">The pods there were before these were listed: one may have gone since, or come.</param>
    private void KeepForeign(IReadOnlyList<PodHostLink> links, IReadOnlyList<PodRecord> before)
    {
        var known = before.Concat(_registry.Pods).Select(p => p.HostInterface).ToHashSet();
        var foreign = links.Where(l => !known.Contains(l.Name)).ToList();
        if (foreign.Count > 0)
        {
            LogForeign(_log, string.Join(", ", foreign.Select(l => l.Name)));
        }
        _registry.KeepForeign(foreign);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the pod journal has {Count} damaged lines; what they said is lost")]
    private static partial void LogDamaged(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "no record of the pods behind {Links}; their addresses are kept aside until they are deleted")]
    private static partial void LogForeign(ILogger log, string links);

    [LoggerMessage(Level = LogLevel.Information, Message = "finishing the deletion of {Owner}, which came while no agent ran")]
    private static partial void LogPending(ILogger log, AddressOwner owner);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Pod} is gone, and no DEL came; its addresses go to rest")]
    private static partial void LogGone(ILogger log, PodRecord pod);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Pod} is not as it should be and cannot be repaired, next try in a minute: {Reason}")]
    private static partial void LogPodFailed(ILogger log, PodRecord pod, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "comparing pods with the kernel failed: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
