using System.Collections.Concurrent;
using System.Threading.Channels;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;
using Straum.Kubernetes.Snapshots;

namespace Straum.Lab.ApiServer.Faults;

/// <summary>A consumer of snapshots, as an agent is: looks at every one of them.</summary>
internal sealed class Watcher : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SnapshotSource _source;
    private readonly Task _running;
    private readonly Task _reading;
    private TaskCompletionSource _next = New();
    private volatile Snapshot _last = Snapshot.Empty;

    public Watcher(KubernetesClient client)
    {
        var options = new InformerOptions { FirstBackoff = TimeSpan.FromMilliseconds(10), LongestBackoff = TimeSpan.FromMilliseconds(200) };
        _source = new SnapshotSource(client, new SnapshotWatches { Services = options }, TimeProvider.System, new Random(1));
        _running = _source.RunAsync(_stop.Token);
        _reading = ReadAsync();
    }

    /// <summary>Snapshots, after the first complete one, that lacked what was never deleted.</summary>
    public ConcurrentQueue<string> Gaps { get; } = [];

    /// <summary>Complete lists so far.</summary>
    public long Lists => _source.Status.Single().Lists;

    public Task UntilAsync(string what, Func<Snapshot, bool> holds) => UntilAsync(what, () => holds(_last));

    public Task UntilListedAsync(long before) => UntilAsync("another list", () => Lists > before);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _reading;
        _stop.Dispose();
    }

    private async Task UntilAsync(string what, Func<bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            // Lists that change nothing make no snapshot, so this looks now and then by itself.
            await Task.WhenAny(Volatile.Read(ref _next).Task, Task.Delay(20, patience.Token));
            patience.IsCancellationRequested.ShouldBeFalse($"{what}: {string.Join(", ", _last.Services.Take(10).Select(s => s.Name))}; {_source.Status.Single()}");
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                var snapshot = await _source.NextAsync(_stop.Token);
                if (_last.AllSynced && (snapshot.Services.Find("default", "keeper") is null || snapshot.Services.Find("default", "kubernetes") is null))
                {
                    Gaps.Enqueue(string.Join(", ", snapshot.Services.Select(s => s.Name)));
                }
                _last = snapshot;
                Interlocked.Exchange(ref _next, New()).TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the test.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
