using System.Collections.Immutable;
using System.Net;
using Straum.Control.Problems;
using Straum.Control.Services;
using Straum.Datapath.Abi;
using Straum.Datapath.Tables;
using Straum.Kubernetes.Objects;

namespace Straum.Datapath.Services;

/// <summary>
/// Makes the kernel's Service tables equal to the desired frontends. Not thread-safe: one loop owns it.
///
/// A pass writes in this order, so that a packet sees the old Service or the new one and never a mix:
/// (1) backends that are new, (2) fresh ranges of slots, (3) the entries that publish them, those of frontends that are there
/// already first, (4) removals, (5) the entries that found no room before them, (6) much later, the indices and ranges that
/// nothing names any more.
/// In-memory state follows a write, never precedes it, so a pass that failed is simply run again: the next one begins by
/// reading back which of the entries under way have arrived, and returns what the others had been given.
///
/// A pass after one that left nothing to do looks at what differs between the two plans alone; after any other, and after
/// an audit, at everything.
/// </summary>
public sealed partial class ServiceReconciler
{
    /// <summary>How long a range or index rests before another Service may own it. Programs run for microseconds.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private sealed class Published
    {
        public FrontendSpec? Spec; // null: found in the kernel at start
        public SvcEntry Entry;
        public BackendKey[] Backends = [];
        public DateTimeOffset? At;
    }

    private readonly record struct Change(SvcKey Key, Published? Old, Published New);

    private readonly IServiceTables _tables;
    private readonly TimeProvider _clock;
    private readonly BackendRegistry _backends;
    private readonly RangeAllocator _slots;

    // Written by the loop alone, under its lock: whoever asks for one entry may come from another thread.
    private readonly Dictionary<SvcKey, Published> _published = [];
    private readonly Queue<(long At, uint Base, uint Count)> _restingRanges = new();
    private readonly List<Change> _underWay = [];
    private readonly List<TableShortage> _short = [];
    private uint _lastId;

    // What the kernel holds completely; default when that is not certain.
    private ImmutableArray<FrontendSpec> _complete;
    private ImmutableArray<Problem> _uncovered = [];

    public ServiceReconciler(IServiceTables tables, TimeProvider clock)
    {
        _tables = tables;
        _clock = clock;
        _backends = new BackendRegistry(tables);
        _slots = new RangeAllocator(tables.SlotCapacity);
        Restore();
    }

    public int Services => _published.Count;
    public int Backends => _backends.Used;
    public uint Slots => _slots.Used;

    /// <summary>
    /// One pass. <paramref name="frontends"/> is everything that shall be there; entries that are not in it are
    /// removed. Frontends that the datapath does not serve yet (see <see cref="Serves"/>) are passed over.
    /// </summary>
    public ServicePass Reconcile(ImmutableArray<FrontendSpec> frontends)
    {
        RetireRested();
        Settle();
        var before = _complete;
        _complete = default;
        _short.Clear();
        var changes = before.IsDefault ? new FrontendChanges(frontends, []) : FrontendChanges.Between(before, frontends);
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var desired = new HashSet<SvcKey>(changes.Added.Count);

        foreach (var frontend in changes.Added)
        {
            if (!Serves(frontend))
            {
                continue;
            }
            var key = KeyOf(frontend);
            desired.Add(key);
            var old = _published.GetValueOrDefault(key);
            if (old is not null && IsCurrent(old, frontend))
            {
                old.Spec = frontend;
                continue;
            }
            if (Prepare(frontend, old, problems) is { } change)
            {
                _underWay.Add(new Change(key, old, change));
            }
        }

        var published = Publish();
        var gone = before.IsDefault ? _published.Keys : changes.Removed.Where(Serves).Select(KeyOf).Where(_published.ContainsKey);
        var withdrawn = Withdraw([.. gone.Where(k => !desired.Contains(k)).Distinct()]);
        if (withdrawn > 0)
        {
            published += Publish();
        }
        GiveUp(problems);
        var unplaced = problems.Count;
        if (before.IsDefault || changes.Added.Concat(changes.Removed).Any(f => ServiceCoverage.Missing(f) is not null))
        {
            _uncovered = ServiceCoverage.ProblemsOf(frontends);
        }
        problems.AddRange(_uncovered);
        _complete = unplaced == 0 ? frontends : default;
        return new ServicePass(published, withdrawn, unplaced, problems.ToImmutable(), [.. _short]);
    }

    /// <summary>ClusterIP today; the other kinds are compiled and wait for their datapath.</summary>
    public static bool Serves(FrontendSpec frontend) => frontend.Kind == FrontendKind.ClusterIP;

    public static SvcKey KeyOf(FrontendSpec frontend) => new()
    {
        Vip = Addr.From(frontend.Address),
        Port = frontend.Port,
        Proto = NumberOf(frontend.Protocol),
        Scope = (byte)(frontend.Scope == FrontendScope.External ? SvcScope.External : SvcScope.Cluster),
    };

    /// <summary>The IP protocol number.</summary>
    public static byte NumberOf(Protocol protocol) => protocol switch
    {
        Protocol.Tcp => 6,
        Protocol.Udp => 17,
        Protocol.Sctp => 132,
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "no such protocol"),
    };

    private static bool IsCurrent(Published old, FrontendSpec frontend)
    {
        if (ReferenceEquals(old.Spec, frontend))
        {
            return true;
        }
        if (old.Entry.Flags != (uint)FlagsOf(frontend) || old.Backends.Length != frontend.Backends.Length)
        {
            return false;
        }
        for (var i = 0; i < old.Backends.Length; i++)
        {
            if (old.Backends[i] != KeyOf(frontend.Backends[i], frontend.Protocol))
            {
                return false;
            }
        }
        return true;
    }

    private static BackendKey KeyOf(BackendSpec backend, Protocol protocol) =>
        new(Addr.From(backend.Address), backend.Port, NumberOf(protocol));

    private static SvcFlags FlagsOf(FrontendSpec frontend) =>
        (frontend.Flags.HasFlag(FrontendFlags.Affinity) ? SvcFlags.Affinity : SvcFlags.None)
        | (frontend.WhenEmpty == EmptyVerdict.Drop ? SvcFlags.Silent : SvcFlags.None);

    // Writes backends and slots of a frontend; nothing names them until the entry is published.
    private Published? Prepare(FrontendSpec frontend, Published? old, ImmutableArray<Problem>.Builder problems)
    {
        var backends = new BackendKey[frontend.Backends.Length];
        var ids = new uint[backends.Length];
        if (!TryAcquireAll(frontend, backends, ids))
        {
            problems.Add(NoRoom(frontend, "backends", "backends", $"({_tables.BackendCapacity} entries) has no room for {backends.Length}"));
            return null;
        }
        if (!_slots.TryAllocate((uint)ids.Length, out var start))
        {
            ReleaseAll(backends);
            problems.Add(NoRoom(frontend, "slots", "slots", $"({_tables.SlotCapacity} entries) has not {ids.Length} free in a row"));
            return null;
        }
        try
        {
            _tables.WriteSlots(start, ids);
        }
        catch
        {
            ReleaseAll(backends);
            _slots.Free(start, (uint)ids.Length);
            throw;
        }
        return new Published
        {
            Spec = frontend,
            Backends = backends,
            Entry = new SvcEntry
            {
                Base = start,
                Count = (uint)ids.Length,
                Id = old?.Entry.Id ?? ++_lastId,
                Flags = (uint)FlagsOf(frontend),
            },
        };
    }

    // All or none, also when a write throws.
    private bool TryAcquireAll(FrontendSpec frontend, BackendKey[] backends, uint[] ids)
    {
        var acquired = 0;
        try
        {
            for (; acquired < backends.Length; acquired++)
            {
                backends[acquired] = KeyOf(frontend.Backends[acquired], frontend.Protocol);
                if (!_backends.TryAcquire(backends[acquired], out ids[acquired]))
                {
                    break;
                }
            }
            return acquired == backends.Length;
        }
        finally
        {
            if (acquired < backends.Length)
            {
                ReleaseAll(backends.AsSpan(0, acquired));
            }
        }
    }

    // What finds no room stays under way. It keeps nobody waiting who needs none: writing ends at the first that does not fit.
    private int Publish()
    {
        if (_underWay.Count == 0)
        {
            return 0;
        }
        Change[] changes = [.. _underWay.OrderBy(static c => c.Old is null)];
        var written = _tables.WriteServices([.. changes.Select(c => c.Key)], [.. changes.Select(c => c.New.Entry)]);
        foreach (var change in changes.AsSpan(0, written))
        {
            Commit(change);
        }
        _underWay.Clear();
        _underWay.AddRange(changes.AsSpan(written));
        return written;
    }

    private void GiveUp(ImmutableArray<Problem>.Builder problems)
    {
        foreach (var change in _underWay)
        {
            Release(change.New);
            problems.Add(NoRoom(change.New.Spec!, "svc", "services", $"({_tables.ServiceCapacity} entries) is full"));
        }
        _underWay.Clear();
    }

    // A fault in the middle of a batch does not tell how far it came: the table does. Ids and ranges in it are ours alone,
    // so an entry that is equal is the one that was under way.
    private void Settle()
    {
        for (var i = _underWay.Count - 1; i >= 0; i--)
        {
            var change = _underWay[i];
            if (_tables.TryReadService(change.Key, out var entry) && entry == change.New.Entry)
            {
                Commit(change);
            }
            else
            {
                Release(change.New);
            }
            _underWay.RemoveAt(i);
        }
    }

    private void Commit(Change change)
    {
        change.New.At = _clock.GetUtcNow();
        lock (_published)
        {
            _published[change.Key] = change.New;
        }
        if (change.Old is not null)
        {
            Release(change.Old);
        }
    }

    private int Withdraw(SvcKey[] gone)
    {
        if (gone.Length == 0)
        {
            return 0;
        }
        _tables.DeleteServices(gone);
        foreach (var key in gone)
        {
            Published? old;
            lock (_published)
            {
                _published.Remove(key, out old);
            }
            Release(old!);
        }
        return gone.Length;
    }

    private void Release(Published old)
    {
        ReleaseAll(old.Backends);
        if (old.Entry.Count > 0)
        {
            _restingRanges.Enqueue((_clock.GetTimestamp(), old.Entry.Base, old.Entry.Count));
        }
    }

    private void ReleaseAll(ReadOnlySpan<BackendKey> backends)
    {
        var now = _clock.GetTimestamp();
        foreach (var backend in backends)
        {
            _backends.Release(backend, now);
        }
    }

    /// <summary>Frees what has rested long enough. Also called between passes, so that dead backends are seen as such.</summary>
    public void RetireRested()
    {
        var before = _clock.GetTimestamp() - (long)(Grace.TotalSeconds * _clock.TimestampFrequency);
        while (_restingRanges.TryPeek(out var rest) && rest.At <= before)
        {
            _restingRanges.Dequeue();
            _slots.Free(rest.Base, rest.Count);
        }
        _backends.Retire(before);
    }

    // Takes over what a former agent left, index by index, so that a restart moves no flow. An entry that
    // does not add up keeps its range until the first pass has rewritten or removed it.
    private void Restore()
    {
        foreach (var (key, entry) in _tables.ReadServices())
        {
            _lastId = Math.Max(_lastId, entry.Id);
            if (!_slots.TryClaim(entry.Base, entry.Count))
            {
                _published.Add(key, new Published { Entry = Unsound(entry) with { Count = 0 } });
                continue;
            }
            _published.Add(key, RestoreBackends(entry) is { } backends
                ? new Published { Entry = entry, Backends = backends }
                : new Published { Entry = Unsound(entry) });
        }
        _backends.CompleteRestore(_clock.GetTimestamp());
    }

    private BackendKey[]? RestoreBackends(SvcEntry entry)
    {
        var backends = new BackendKey[entry.Count];
        var ids = new uint[entry.Count];
        for (var i = 0; i < backends.Length; i++)
        {
            ids[i] = _tables.ReadSlot(entry.Base + (uint)i);
            if (ids[i] == 0 || ids[i] >= _tables.BackendCapacity)
            {
                return null;
            }
            var backend = _tables.ReadBackend(ids[i]);
            backends[i] = BackendKey.Of(backend);
            if ((backend.Flags & (byte)BackendFlags.Usable) == 0 || !_backends.CanRestore(backends[i], ids[i]))
            {
                return null;
            }
        }
        for (var i = 0; i < backends.Length; i++)
        {
            _backends.Restore(backends[i], ids[i]);
        }
        return backends;
    }

    // No frontend has these flags, so the entry never counts as current.
    private static SvcEntry Unsound(SvcEntry entry) => entry with { Flags = uint.MaxValue };

    private Problem NoRoom(FrontendSpec frontend, string table, string key, string why)
    {
        _short.Add(new TableShortage(table, why));
        return new Problem
        {
            Severity = Severity.Error,
            Object = new ObjectName("Service", frontend.ServiceName),
            Field = "spec.ports",
            Message = $"{new IPEndPoint(frontend.Address, frontend.Port)}/{frontend.Protocol} is not served: the table {key} {why}.",
            Fix = TableFullException.FixFor($"tables.{key}"),
        };
    }
}
