using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Storage;

/// <summary>
/// All objects, in memory and in a journal. One thread writes: it takes the writes that wait, runs them one after the
/// other, makes their records durable with one fsync (group commit), and only then shows them to readers and watchers
/// and completes their tasks. So nothing that anyone has seen is ever lost, and revisions never go back.
/// </summary>
internal sealed class ObjectStore : IDisposable
{
    private const int MaxBatch = 512;

    // Rewriting the journal costs one pass over the live objects; below this it is not worth it.
    private const long MinCompactLength = 32 << 20;

    private readonly Journal _journal;
    private readonly int _ringCapacity;
    private readonly ConcurrentDictionary<string, EventRing> _rings = new(StringComparer.Ordinal);
    private readonly List<IStoreIndex> _indexes = [];
    private readonly Queue<PendingWrite> _queue = new();
    private readonly ArrayBufferWriter<byte> _frames = new(1 << 16);
    private readonly Thread _writer;
    private readonly long _historyFloor; // changes up to here were compacted away before this process started
    private StoreState _state;
    private StoreState _head;
    private long _eventRevision;
    private bool _closing;

    private ObjectStore(Journal journal, StoreState state, long historyFloor, IEnumerable<StoreEvent> history, int ringCapacity)
    {
        _journal = journal;
        _state = _head = state;
        _historyFloor = historyFloor;
        _ringCapacity = ringCapacity;
        AllEvents = new EventRing(ringCapacity, historyFloor);
        Publish(history);
        _eventRevision = state.Revision;
        _writer = new Thread(WriteLoop) { IsBackground = true, Name = "store-writer" };
    }

    /// <summary>What is stored and durable. Cheap; keep the value for a consistent view.</summary>
    public StoreState State => Volatile.Read(ref _state);

    /// <summary>The recent changes of all kinds, for those who work with many.</summary>
    public EventRing AllEvents { get; }

    /// <summary>All changes up to this revision are in the rings: what a bookmark may promise.</summary>
    public long EventRevision => Volatile.Read(ref _eventRevision);

    /// <summary>Bytes of a write cut short by a crash that were dropped at start; such a write was never acknowledged.</summary>
    public long DroppedBytes => _journal.DroppedBytes;

    /// <summary>
    /// Opens the store in a directory, which is made if missing. Call <see cref="Start"/> before the first write.
    /// Throws <see cref="IOException"/> when another process holds it.
    /// </summary>
    /// <param name="ringCapacity">Changes kept per kind for watches that come with an older revision.</param>
    public static ObjectStore Open(string directory, int ringCapacity = 8192)
    {
        Directory.CreateDirectory(directory);
        var state = StoreState.Empty;
        var floor = 0L;
        var history = new Queue<StoreEvent>();
        var journal = Journal.Open(Path.Combine(directory, "objects.journal"), record =>
        {
            if (record.Operation == JournalOperation.Checkpoint)
            {
                state = state.At(record.Revision);
                floor = record.Revision;
                history.Clear();
                return;
            }
            var stored = StoredObject.Load(record);
            var change = new StoreEvent(stored, state.Find(stored.Key), record.Operation == JournalOperation.Delete);
            state = change.Deleted ? state.Without(stored.Key, stored.Revision) : state.With(stored);
            history.Enqueue(change);
            if (history.Count > ringCapacity)
            {
                floor = history.Dequeue().Revision;
            }
        });
        return new ObjectStore(journal, state, floor, history, ringCapacity);
    }

    /// <summary>Adds something derived from the objects. Only before <see cref="Start"/>.</summary>
    public void AddIndex(IStoreIndex index)
    {
        foreach (var stored in _head.Resources.SelectMany(resource => _head.List(resource)))
        {
            index.Changed(null, stored);
        }
        _indexes.Add(index);
    }

    public void Start() => _writer.Start();

    /// <summary>The recent changes of a kind.</summary>
    public EventRing Events(string resource) =>
        _rings.GetOrAdd(resource, static (_, store) => new EventRing(store._ringCapacity, store._historyFloor), this);

    /// <summary>
    /// Runs <paramref name="decide"/> on the writer thread with the newest state of everything and the object at
    /// <paramref name="key"/>, and returns when what it decided is durable and visible. What it throws is thrown
    /// here, and nothing is written. It must not block or wait.
    /// </summary>
    /// <returns>The object as it is now; for a deletion as it was, under the revision of the deletion; null when there is none.</returns>
    public Task<StoredObject?> WriteAsync(ObjectKey key, Func<StoreState, StoredObject?, StoreChange> decide)
    {
        var write = new PendingWrite(key, decide);
        lock (_queue)
        {
            if (_closing)
            {
                throw new StoreFaultException("the store is closing");
            }
            _queue.Enqueue(write);
            if (_queue.Count == 1)
            {
                Monitor.Pulse(_queue);
            }
        }
        return write.Done.Task;
    }

    /// <summary>Finishes the writes that wait and closes the journal.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            if (_closing)
            {
                return;
            }
            _closing = true;
            Monitor.Pulse(_queue);
        }
        if (_writer.ThreadState != ThreadState.Unstarted && _writer.IsAlive)
        {
            _writer.Join();
        }
        _journal.Dispose();
    }

    private void WriteLoop()
    {
        var batch = new List<PendingWrite>(MaxBatch);
        var changes = new List<StoreEvent>(MaxBatch);
        while (TakeBatch(batch))
        {
            changes.Clear();
            _frames.ResetWrittenCount();
            foreach (var write in batch)
            {
                Run(write, changes);
            }
            if (changes.Count > 0 && !TryCommit(batch, changes))
            {
                continue;
            }
            foreach (var write in batch)
            {
                write.Complete();
            }
            CompactWhenLarge();
        }
    }

    private bool TakeBatch(List<PendingWrite> batch)
    {
        batch.Clear();
        lock (_queue)
        {
            while (_queue.Count == 0)
            {
                if (_closing)
                {
                    return false;
                }
                Monitor.Wait(_queue);
            }
            while (batch.Count < MaxBatch && _queue.TryDequeue(out var write))
            {
                batch.Add(write);
            }
            return true;
        }
    }

    private void Run(PendingWrite write, List<StoreEvent> changes)
    {
        try
        {
            var current = _head.Find(write.Key);
            var decision = write.Decide(_head, current);
            if (decision.Deletes && current is not null)
            {
                write.Result = Apply(new StoreEvent(current.At(_head.Revision + 1), current, Deleted: true), changes);
            }
            else if (decision.Content is { } content && !IsSame(current, content))
            {
                write.Result = Apply(new StoreEvent(StoredObject.Create(write.Key, _head.Revision + 1, content), current, Deleted: false), changes);
            }
            else
            {
                write.Result = current;
            }
        }
#pragma warning disable CA1031 // whatever a writer throws belongs to its caller, not to this thread
        catch (Exception e)
        {
            write.Fault = e;
        }
#pragma warning restore CA1031
    }

    private static bool IsSame(StoredObject? current, JsonObject content)
    {
        if (current is null)
        {
            return false;
        }
        content.Need("metadata")["resourceVersion"] = current.Revision.ToString();
        return JsonNode.DeepEquals(current.Parse(), content);
    }

    private StoredObject Apply(StoreEvent change, List<StoreEvent> changes)
    {
        var stored = change.Object;
        new JournalRecord(
            stored.Revision, change.Deleted ? JournalOperation.Delete : JournalOperation.Put,
            stored.Key.Resource, stored.Namespace, stored.Name, stored.Json).WriteTo(_frames);
        _head = change.Deleted ? _head.Without(stored.Key, stored.Revision) : _head.With(stored);
        changes.Add(change);
        foreach (var index in _indexes)
        {
            index.Changed(change.Previous, change.Deleted ? null : stored);
        }
        return stored;
    }

    private bool TryCommit(List<PendingWrite> batch, List<StoreEvent> changes)
    {
        try
        {
            _journal.Append(_frames.WrittenSpan);
        }
        catch (IOException e)
        {
            // Back to what is durable: the indexes are told the reverse of every change, newest first.
            for (var i = changes.Count - 1; i >= 0; i--)
            {
                foreach (var index in _indexes)
                {
                    index.Changed(changes[i].Deleted ? null : changes[i].Object, changes[i].Previous);
                }
            }
            _head = _state;
            foreach (var write in batch)
            {
                write.Done.SetException(new StoreFaultException($"write to the journal: {e.Message}", e));
            }
            return false;
        }
        // Readers first, watchers after: whoever hears of a change can also read it.
        Volatile.Write(ref _state, _head);
        Publish(changes);
        Volatile.Write(ref _eventRevision, _head.Revision);
        return true;
    }

    private void Publish(IEnumerable<StoreEvent> changes)
    {
        foreach (var change in changes)
        {
            Events(change.Object.Key.Resource).Append(change);
            AllEvents.Append(change);
        }
    }

    private void CompactWhenLarge()
    {
        if (_journal.Length < MinCompactLength || _journal.Length < 4 * _journal.CompactedLength)
        {
            return;
        }
        Compact();
    }

    private void Compact()
    {
        try
        {
            _journal.Rewrite(_head.Resources.SelectMany(resource => _head.List(resource))
                .Select(o => new JournalRecord(o.Revision, JournalOperation.Put, o.Key.Resource, o.Namespace, o.Name, o.Json))
                .Append(JournalRecord.Checkpoint(_head.Revision)));
        }
        catch (IOException)
        {
            // The old journal is whole and still open; the next batch tries again.
        }
    }

    private sealed class PendingWrite(ObjectKey key, Func<StoreState, StoredObject?, StoreChange> decide)
    {
        public ObjectKey Key => key;

        public Func<StoreState, StoredObject?, StoreChange> Decide => decide;

        public TaskCompletionSource<StoredObject?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public StoredObject? Result { get; set; }

        public Exception? Fault { get; set; }

        public void Complete()
        {
            if (Fault is { } fault)
            {
                Done.SetException(fault);
            }
            else
            {
                Done.SetResult(Result);
            }
        }
    }
}
