using Microsoft.Extensions.Logging;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>Runs one controller: reads the changes, queues the objects that they concern, works them off, retries what failed.</summary>
internal sealed class ControllerLoop(Controller controller, ObjectStore store, TimeProvider clock, ILogger logger)
{
    private const int BatchLength = 1024;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(10);

    private readonly Queue<ObjectKey> _queue = new();
    private readonly HashSet<ObjectKey> _queued = [];
    private readonly PriorityQueue<ObjectKey, DateTimeOffset> _later = new();
    private readonly Dictionary<ObjectKey, TimeSpan> _failing = [];

    /// <summary>
    /// <list type="number">
    /// <item>All objects there are, at the start and whenever changes were missed.</item>
    /// <item>The changes since.</item>
    /// <item>A few of the queued objects at once; then again from the second step.</item>
    /// </list>
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var changes = new List<StoreEvent>(BatchLength);
        var revision = Relist();
        while (!stopping.IsCancellationRequested)
        {
            // :: Step 2: changes
            changes.Clear();
            if (!store.AllEvents.TryRead(revision, changes, BatchLength, out var changed))
            {
                // :: Step 1 again: more happened than is kept
                revision = Relist();
                continue;
            }
            foreach (var change in changes)
            {
                revision = change.Revision;
                Enqueue(controller.Affected(change));
            }
            if (changes.Count == BatchLength)
            {
                continue;
            }

            // :: Step 3: work
            EnqueueDue();
            var batch = TakeBatch();
            if (batch.Count > 0)
            {
                await Task.WhenAll(batch.Select(ReconcileAsync)).ConfigureAwait(false);
            }
            else
            {
                await WaitAsync(changed, stopping).ConfigureAwait(false);
            }
        }
    }

    private long Relist()
    {
        controller.Reset();
        var state = store.State;
        foreach (var stored in state.Resources.SelectMany(resource => state.List(resource)))
        {
            Enqueue(controller.Affected(new StoreEvent(stored, null, Deleted: false)));
        }
        return state.Revision;
    }

    private void Enqueue(IEnumerable<ObjectKey> keys)
    {
        foreach (var key in keys)
        {
            if (_queued.Add(key))
            {
                _queue.Enqueue(key);
            }
        }
    }

    private void EnqueueDue()
    {
        var now = clock.GetUtcNow();
        while (_later.TryPeek(out var key, out var due) && due <= now)
        {
            _later.Dequeue();
            Enqueue([key]);
        }
    }

    private List<ObjectKey> TakeBatch()
    {
        var batch = new List<ObjectKey>(controller.Concurrency);
        while (batch.Count < controller.Concurrency && _queue.TryDequeue(out var key))
        {
            _queued.Remove(key);
            batch.Add(key);
        }
        return batch;
    }

    private async Task ReconcileAsync(ObjectKey key)
    {
        try
        {
            var again = await controller.ReconcileAsync(key).ConfigureAwait(false);
            lock (_later)
            {
                _failing.Remove(key);
                if (again is { } delay)
                {
                    _later.Enqueue(key, clock.GetUtcNow() + delay);
                }
            }
        }
#pragma warning disable CA1031 // one object that cannot be reconciled must not stop the others
        catch (Exception e)
        {
            Report(key, e);
            lock (_later)
            {
                var delay = _failing.TryGetValue(key, out var before) ? before * 2 : FirstRetry;
                _failing[key] = delay = delay > LastRetry ? LastRetry : delay;
                _later.Enqueue(key, clock.GetUtcNow() + delay);
            }
        }
#pragma warning restore CA1031
    }

    private void Report(ObjectKey key, Exception fault)
    {
        switch (fault)
        {
            case StatusException { Reason: "Conflict" or "NotFound" or "AlreadyExists" or "Forbidden" } or StoreFaultException:
                break; // someone else changed the object meanwhile, or its namespace or the server goes
            case StatusException refusal:
                logger.LogWarning("{Controller}: {Key}: {Refusal}", controller.Name, key, refusal.Message);
                break;
            default:
                logger.LogError(fault, "{Controller}: {Key}", controller.Name, key);
                break;
        }
    }

    private async Task WaitAsync(Task changed, CancellationToken stopping)
    {
        var wait = Timeout.InfiniteTimeSpan;
        if (_later.TryPeek(out _, out var due))
        {
            var left = due - clock.GetUtcNow();
            wait = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
        try
        {
            await changed.WaitAsync(wait, clock, stopping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Both only mean: look again.
        }
    }
}
