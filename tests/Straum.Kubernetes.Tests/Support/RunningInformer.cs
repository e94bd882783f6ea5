using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Support;

/// <summary>An informer of namespaces at work, and a way to wait for what it should come to know.</summary>
internal sealed class RunningInformer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _changed = new(0);
    private readonly KubernetesClient _client;
    private readonly Task _run;

    public RunningInformer(HttpMessageHandler api, TimeProvider time, int seed = 1)
    {
        _client = new KubernetesClient(ScriptedApi.Config, api, time);
        Informer = new Informer<Namespace>(_client, Kinds.Namespaces, new InformerOptions(), time, new Random(seed));
        Informer.Changed += () => _changed.Release();
        _run = Task.Run(() => Informer.RunAsync(_stop.Token));
    }

    public Informer<Namespace> Informer { get; }

    /// <summary>"name=label" of every object, in order.</summary>
    public string[] State() => [.. Informer.Objects.OrderBy(o => o.Key).Select(o => $"{o.Name}={o.Labels["l"]}")];

    public Task UntilAsync(params string[] state) => UntilAsync(() => State().SequenceEqual(state));

    public async Task UntilAsync(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!condition())
        {
            if (_run.IsCompleted)
            {
                await _run;
            }
            // Not every condition comes with a change of the table: counters, for one.
            await _changed.WaitAsync(TimeSpan.FromMilliseconds(20));
            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"still {string.Join(' ', State())}; {Informer.Status}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _client.Dispose();
        _stop.Dispose();
        _changed.Dispose();
    }
}
