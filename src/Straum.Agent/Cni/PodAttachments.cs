using System.Net;
using Microsoft.Extensions.Logging;
using Straum.Control.Addressing;
using Straum.Datapath.Tables;
using Straum.Kubernetes.Objects;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// Attaches pods to the network and detaches them: the one place where records, devices and datapath are changed together.
/// Whatever fails or dies half-way leaves a record behind that says how to undo or finish it.
/// </summary>
public sealed partial class PodAttachments : IDisposable
{
    /// <summary>Two to use the time in which one waits for the kernel's lock, two for removals, which wait longer.</summary>
    private const int Workers = 4;

    private readonly PodRegistry _registry;
    private readonly IPodNetwork _network;
    private readonly IPodDatapath _datapath;
    private readonly PendingDeletes _pending;
    private readonly Func<int> _mtu;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly AttachmentLocks _locks = new();
    private readonly WorkerThreads _workers = new("cni", Workers);
    private int _running;
    private long _lastEnded;

    /// <param name="registry">The pods and their addresses.</param>
    /// <param name="network">The kernel's devices.</param>
    /// <param name="datapath">The programs and tables.</param>
    /// <param name="pending">Deletions that came while no agent ran.</param>
    /// <param name="mtu">The MTU that a pod gets which is attached now.</param>
    /// <param name="clock">Dates the records.</param>
    /// <param name="log">One line for each pod that comes or goes.</param>
    public PodAttachments(
        PodRegistry registry, IPodNetwork network, IPodDatapath datapath, PendingDeletes pending, Func<int> mtu, TimeProvider clock,
        ILogger<PodAttachments> log)
    {
        _registry = registry;
        _network = network;
        _datapath = datapath;
        _pending = pending;
        _mtu = mtu;
        _clock = clock;
        _log = log;
        _lastEnded = clock.GetTimestamp();
    }

    /// <summary>How long no pod has been coming or going; zero while one is.</summary>
    public TimeSpan IdleFor => Volatile.Read(ref _running) > 0 ? TimeSpan.Zero : _clock.GetElapsedTime(Interlocked.Read(ref _lastEnded));

    /// <summary>
    /// Attaches a pod. When it returns without an error the pod is reachable, and its record survives a power loss.
    /// <list type="number">
    /// <item>Settle what an earlier attachment of the same owner left behind, and refuse to attach a living one twice.</item>
    /// <item>Lease addresses and write the record down; the disk is given time until step 5.</item>
    /// <item>Make the devices. They are down.</item>
    /// <item>Tell the datapath, then set the devices up: no packet passes before there is a policy for it.</item>
    /// <item>Wait for the disk, and note that the pod is attached.</item>
    /// </list>
    /// </summary>
    public async Task<(PodRecord? Pod, CniError? Error)> AttachAsync(AttachRequest request)
    {
        using var busy = new Busy(this);
        using var turn = await _locks.EnterAsync(request.Owner).ConfigureAwait(false);

        // :: Step 1: settle the past
        var inode = await _workers.RunAsync(() => _network.TryGetNamespace(request.NetworkNamespace)).ConfigureAwait(false);
        if (inode is null || inode == _network.HostNamespace)
        {
            return (null, new CniError(
                CniErrorCode.InvalidEnvironment,
                inode is null ? "CNI_NETNS is no network namespace" : "CNI_NETNS is the host's own namespace", request.NetworkNamespace));
        }
        if (_registry.TryGet(request.Owner, out var old))
        {
            if (!_pending.Contains(request.Owner) && await IsAliveAsync(old, inode.Value).ConfigureAwait(false))
            {
                return (null, new CniError(
                    CniErrorCode.InvalidEnvironment, "the container has this interface already; DEL it first", old.ToString()));
            }
            if (!await RemoveAsync(old).ConfigureAwait(false))
            {
                return (null, new CniError(CniErrorCode.TryAgainLater, "an earlier attachment of the container is still being removed", old.ToString()));
            }
        }
        _pending.Remove(request.Owner);

        // :: Step 2: addresses and record
        var (pod, durable, refusal) = Reserve(request, inode.Value);
        if (pod is null)
        {
            return (null, refusal);
        }
        try
        {
            // :: Step 3 and 4: devices, datapath, up
            pod = await _workers.RunAsync(() => Wire(pod)).ConfigureAwait(false);

            // :: Step 5: durable
            await durable.ConfigureAwait(false);
            pod = _registry.SetAttached(pod);
        }
        catch (Exception e) when (e is LinuxException or TableFullException or IOException)
        {
            LogAttachFailed(_log, pod, e.Message);
            await RemoveAsync(pod).ConfigureAwait(false);
            return (null, ErrorOf(e, request));
        }
        catch (Exception)
        {
            await RemoveAsync(pod).ConfigureAwait(false);
            throw;
        }
        LogAttached(_log, pod);
        return (pod, null);
    }

    /// <summary>
    /// Detaches a pod; one that is not known, or detached already, is fine. Returns <c>false</c> when the kernel, the
    /// datapath or the disk refused: the reconciler goes on, and until then nobody else gets the addresses.
    /// </summary>
    public async Task<bool> DetachAsync(AddressOwner owner)
    {
        using var busy = new Busy(this);
        using var turn = await _locks.EnterAsync(owner).ConfigureAwait(false);
        var removed = await DetachInTurnAsync(owner).ConfigureAwait(false);
        if (removed)
        {
            _pending.Remove(owner);
        }
        return removed;
    }

    /// <summary>Writes what is missing of the host's side of an attached pod.</summary>
    public async Task RepairAsync(AddressOwner owner)
    {
        using var turn = await _locks.EnterAsync(owner).ConfigureAwait(false);
        if (!_registry.TryGet(owner, out var pod) || pod.State != PodState.Attached)
        {
            return;
        }
        var repaired = await _workers.RunAsync(() =>
        {
            // In the order of ADD: no packet passes before the datapath knows the pod.
            if (!_datapath.Contains(pod.Endpoint))
            {
                _datapath.Repair(pod.Endpoint);
            }
            return _network.RepairHost(pod);
        }).ConfigureAwait(false);
        if (repaired)
        {
            LogRepaired(_log, pod);
        }
    }

    /// <summary>Looks whether a pod is as ADD left it. Returns what is not.</summary>
    public async Task<(PodRecord? Pod, IReadOnlyList<string> Faults)> CheckAsync(
        AddressOwner owner, string networkNamespace, CniPreviousResult previous)
    {
        using var turn = await _locks.EnterAsync(owner).ConfigureAwait(false);
        if (!_registry.TryGet(owner, out var pod) || pod.State != PodState.Attached)
        {
            return (null, []);
        }
        return (pod, await _workers.RunAsync(() => Inspect(pod, networkNamespace, previous)).ConfigureAwait(false));
    }

    /// <summary>Runs what blocks in the kernel on one of the threads that make and remove devices.</summary>
    internal Task<T> RunAsync<T>(Func<T> action) => _workers.RunAsync(action);

    public void Dispose() => _workers.Dispose();

    private (PodRecord? Pod, Task Durable, CniError? Refusal) Reserve(AttachRequest request, ulong inode)
    {
        try
        {
            return _registry.TryReserve(request.Owner, Describe, out var pod, out var durable, out var problem)
                ? (pod, durable, null)
                : (null, durable, new CniError(CniErrorCode.TryAgainLater, problem.Message, problem.Fix));
        }
        catch (IOException e)
        {
            return (null, Task.CompletedTask, new CniError(CniErrorCode.Io, "the pod journal cannot be written", e.Message));
        }

        PodRecord Describe(ValueArray<IPAddress> addresses) => new()
        {
            Owner = request.Owner,
            State = PodState.Attaching,
            Network = request.Network,
            NetworkNamespace = request.NetworkNamespace,
            NetworkNamespaceInode = inode,
            Identity = request.Identity,
            Addresses = addresses,
            HostInterface = PodLink.HostNameOf(request.Owner),
            HostMac = PodLink.HostMac,
            PodMac = request.PodMac ?? PodLink.PodMacOf(request.Owner),
            Mtu = _mtu(),
            RuntimeConfig = request.RuntimeConfig,
            Since = _clock.GetUtcNow(),
        };
    }

    private PodRecord Wire(PodRecord pod)
    {
        using var link = _network.Create(pod);
        pod = pod with { HostInterfaceIndex = link.HostInterfaceIndex };
        _datapath.Attach(pod.Endpoint);
        link.Activate();
        return pod;
    }

    /// <summary>
    /// The same device is still there, and the namespace is the one that ADD was called with. The kernel uses inodes again,
    /// but a device never outlives its namespace.
    /// </summary>
    private Task<bool> IsAliveAsync(PodRecord pod, ulong inode) => _workers.RunAsync(() =>
        pod.State == PodState.Attached && pod.NetworkNamespaceInode == inode
        && _network.List().Any(l => l.Name == pod.HostInterface && l.Index == pod.HostInterfaceIndex));

    private async Task<bool> DetachInTurnAsync(AddressOwner owner)
    {
        if (_registry.TryGet(owner, out var pod))
        {
            return await RemoveAsync(pod).ConfigureAwait(false);
        }
        // Perhaps the state directory was lost: the device's name is known all the same.
        try
        {
            await _workers.RunAsync(() => _network.Remove(PodLink.HostNameOf(owner))).ConfigureAwait(false);
            return true;
        }
        catch (LinuxException e)
        {
            LogRemoveFailed(_log, owner.ToString(), e.Message);
            return false;
        }
    }

    /// <summary>
    /// The addresses are released last: as long as anything of the pod is left, nobody else gets them.
    /// </summary>
    private async Task<bool> RemoveAsync(PodRecord pod)
    {
        try
        {
            pod = _registry.SetDetaching(pod);
            await _workers.RunAsync(() =>
            {
                _datapath.Detach(pod.Endpoint);
                _network.Remove(pod.HostInterface);
            }).ConfigureAwait(false);
            _registry.Release(pod.Owner);
            LogDetached(_log, pod);
            return true;
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            LogRemoveFailed(_log, pod.ToString(), e.Message);
            return false;
        }
    }

    private List<string> Inspect(PodRecord pod, string networkNamespace, CniPreviousResult previous)
    {
        var faults = new List<string>();
        if (_network.TryGetNamespace(networkNamespace) != pod.NetworkNamespaceInode)
        {
            faults.Add($"{networkNamespace} is not the namespace that was attached, {pod.NetworkNamespace}");
        }
        faults.AddRange(_network.Verify(pod, PodExpectation.Of(pod, previous)));
        if (!_datapath.Contains(pod.Endpoint))
        {
            faults.Add("the datapath does not know the pod");
        }
        return faults;
    }

    private sealed class Busy : IDisposable
    {
        private readonly PodAttachments _attachments;

        public Busy(PodAttachments attachments)
        {
            _attachments = attachments;
            Interlocked.Increment(ref attachments._running);
        }

        public void Dispose()
        {
            // In this order: nobody sees nothing running and an end that is long past.
            Interlocked.Exchange(ref _attachments._lastEnded, _attachments._clock.GetTimestamp());
            Interlocked.Decrement(ref _attachments._running);
        }
    }

    private static CniError ErrorOf(Exception e, AttachRequest request) => e switch
    {
        LinuxException { Errno: Errno.EEXIST } => new CniError(
            CniErrorCode.InvalidEnvironment, $"the container has an interface {request.Owner.InterfaceName} already", e.Message),
        LinuxException or TableFullException => new CniError(CniErrorCode.Failed, "the pod's network cannot be set up", e.Message),
        _ => new CniError(CniErrorCode.Io, "the pod journal cannot be written", e.Message),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "attached {Pod}")]
    private static partial void LogAttached(ILogger log, PodRecord pod);

    [LoggerMessage(Level = LogLevel.Information, Message = "detached {Pod}")]
    private static partial void LogDetached(ILogger log, PodRecord pod);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the host's side of {Pod} was incomplete and is repaired")]
    private static partial void LogRepaired(ILogger log, PodRecord pod);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot attach {Pod}: {Reason}")]
    private static partial void LogAttachFailed(ILogger log, PodRecord pod, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot remove {Pod}, will go on later: {Reason}")]
    private static partial void LogRemoveFailed(ILogger log, string pod, string reason);
}
