using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Straum.Control.Addressing;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// The pods of this node and their addresses: in memory for readers, and in a journal for the next agent. A change is in
/// the journal before it is visible. Safe for use from several threads; who may change which pod when is not decided here
/// (<see cref="PodAttachments"/> does).
/// </summary>
public sealed class PodRegistry : IDisposable
{
    /// <summary>In the state directory.</summary>
    public const string JournalName = "pods.journal";

    /// <summary>Obsolete lines that are kept at most: a few hundred kilobytes.</summary>
    private const int SlackLines = 2_000;

    private readonly Lock _lock = new();
    private readonly AppendLog _log;
    private readonly AddressLedger _ledger;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _quarantine;
    private readonly string _bootId;
    private readonly Dictionary<AddressOwner, PodRecord> _pods;
    private long _compactAt;

    private PodRegistry(AppendLog log, PodJournalState state, PodRegistryOptions options, TimeProvider clock)
    {
        _log = log;
        _clock = clock;
        _quarantine = options.Quarantine;
        _bootId = options.BootId;
        _pods = state.Pods;
        _ledger = new AddressLedger(options.Node, clock, options.Quarantine);
        _ledger.Restore(_pods.Values.Select(p => new AddressLease(p.Owner, p.Addresses)), state.Resting);
        RebootedSince = state.BootId.Length > 0 && state.BootId != options.BootId;
        DamagedLines = state.DamagedLines;
        Compact();
    }

    /// <summary>The machine was started anew since the journal was last written: none of its pods can still exist.</summary>
    public bool RebootedSince { get; }

    /// <summary>Lines of the journal that could not be read: torn by a power loss, or changed by someone else.</summary>
    public int DamagedLines { get; }

    /// <summary>Every pod there is, whatever its state.</summary>
    public IReadOnlyList<PodRecord> Pods
    {
        get
        {
            lock (_lock)
            {
                return [.. _pods.Values];
            }
        }
    }

    /// <summary>How full the node's prefixes are, in their order; empty until <see cref="SetPodCidrs"/>.</summary>
    public IReadOnlyList<AddressPoolState> Pools
    {
        get
        {
            lock (_lock)
            {
                return _ledger.Pools;
            }
        }
    }

    public bool HasPools { get; private set; }

    /// <summary>Opens the journal in <paramref name="stateDirectory"/>, which is made when absent.</summary>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static PodRegistry Open(string stateDirectory, PodRegistryOptions options, TimeProvider clock)
    {
        var log = AppendLog.Open(Path.Combine(stateDirectory, JournalName), out var lines, out var damaged);
        var state = new PodJournalState { DamagedLines = damaged };
        foreach (var line in lines.Where(line => !PodJournalCodec.TryApply(line, state)))
        {
            state.DamagedLines++;
        }
        state.Resting.Sort((a, b) => a.Until.CompareTo(b.Until));
        return new PodRegistry(log, state, options, clock);
    }

    /// <summary>Takes over the Node's podCIDRs. Pods outside of them keep their addresses.</summary>
    /// <param name="podCidrs">As the Node object has them.</param>
    /// <param name="hasIpv6">Without it, IPv6 prefixes are left aside.</param>
    public IReadOnlyList<Problem> SetPodCidrs(IEnumerable<IPNetwork> podCidrs, bool hasIpv6)
    {
        lock (_lock)
        {
            var usable = podCidrs.Where(c => hasIpv6 || c.BaseAddress.AddressFamily == AddressFamily.InterNetwork).ToList();
            var problems = _ledger.SetPools(usable);
            HasPools = _ledger.Pools.Count > 0;
            return problems;
        }
    }

    public bool TryGet(AddressOwner owner, [NotNullWhen(true)] out PodRecord? pod)
    {
        lock (_lock)
        {
            return _pods.TryGetValue(owner, out pod);
        }
    }

    /// <summary>Leases addresses for a pod that has none and makes its record. Both survive this process on return.</summary>
    /// <param name="owner">Has no record yet.</param>
    /// <param name="describe">Makes the record from the addresses.</param>
    /// <param name="pod">The record.</param>
    /// <param name="durable">Completes when the record also survives the machine.</param>
    /// <param name="problem">Why there are no addresses.</param>
    /// <exception cref="IOException">The journal cannot be written. Nothing is leased.</exception>
    public bool TryReserve(
        AddressOwner owner, Func<ValueArray<IPAddress>, PodRecord> describe,
        [NotNullWhen(true)] out PodRecord? pod, out Task durable, [NotNullWhen(false)] out Problem? problem)
    {
        lock (_lock)
        {
            pod = null;
            durable = Task.CompletedTask;
            if (_pods.ContainsKey(owner))
            {
                throw new InvalidOperationException($"{owner} has a record already");
            }
            if (!_ledger.TryLease(owner, out var lease, out problem))
            {
                return false;
            }
            pod = describe(lease.Addresses);
            try
            {
                durable = _log.WhenDurableAsync(Append(PodJournalCodec.Pod(pod)));
            }
            catch
            {
                _ledger.Release(owner);
                throw;
            }
            _pods.Add(owner, pod);
            return true;
        }
    }

    /// <summary>Notes that a pod is attached, and what its devices are.</summary>
    /// <exception cref="IOException">The journal cannot be written. The record is as it was.</exception>
    public PodRecord SetAttached(PodRecord pod)
    {
        lock (_lock)
        {
            pod = pod with { State = PodState.Attached };
            Append(PodJournalCodec.Pod(pod));
            return _pods[pod.Owner] = pod;
        }
    }

    /// <summary>
    /// Notes that a pod is going. A full disk does not hold that up: pods must be deletable to empty it. A successor that
    /// was not told finds the pod without a device, and forgets it a little later.
    /// </summary>
    public PodRecord SetDetaching(PodRecord pod)
    {
        lock (_lock)
        {
            pod = pod with { State = PodState.Detaching };
            _pods[pod.Owner] = pod;
            try
            {
                Append(PodJournalCodec.Pod(pod));
            }
            catch (IOException)
            {
                // See above.
            }
            return pod;
        }
    }

    /// <summary>Forgets a pod and puts its addresses to rest. Nothing happens when it is not known.</summary>
    /// <exception cref="IOException">The journal cannot be written. The pod keeps its addresses.</exception>
    public void Release(AddressOwner owner)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(owner, out var pod))
            {
                Append(PodJournalCodec.Freed(owner, pod.Addresses, _clock.GetUtcNow() + _quarantine));
                _pods.Remove(owner);
            }
            _ledger.Release(owner);
        }
    }

    /// <summary>
    /// Keeps addresses from being given out that are in use by devices without a record, as after the loss of the state
    /// directory. Takes the place of what was kept before; what is no longer named goes to rest.
    /// </summary>
    public void KeepForeign(IReadOnlyCollection<PodHostLink> links)
    {
        lock (_lock)
        {
            var kept = _ledger.Leases.Where(l => l.Owner.ContainerId.Length == 0).ToList();
            foreach (var lease in kept.Where(k => !links.Any(l => ForeignOwner(l) == k.Owner)))
            {
                _ledger.Release(lease.Owner);
            }
            _ledger.Restore(links.Select(l => new AddressLease(ForeignOwner(l), l.Addresses)), []);
        }
    }

    public void Dispose() => _log.Dispose();

    /// <summary>No container ID is empty.</summary>
    private static AddressOwner ForeignOwner(PodHostLink link) => new("", link.Name);

    private long Append(string line)
    {
        if (_log.IsFaulty || _log.Lines >= _compactAt)
        {
            Compact();
        }
        return _log.Append(line);
    }

    private void Compact()
    {
        try
        {
            _log.Rewrite(
            [
                PodJournalCodec.Boot(_bootId),
                .. _pods.Values.Select(PodJournalCodec.Pod),
                .. _ledger.Quarantined.Select(q => PodJournalCodec.Freed(new AddressOwner("", ""), [q.Address], q.Until)),
            ]);
        }
        catch (Exception e) when (e is IOException or LinuxException)
        {
            // The long file is as good as a short one; whether a line more can be written is found out by writing it.
        }
        _compactAt = _log.Lines * 2 + SlackLines;
    }
}
