using System.Threading.Channels;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Kubernetes.Informers;

/// <summary>
/// Runs one informer per kind and hands their tables to one consumer as snapshots. A snapshot is made when the
/// consumer asks, of everything that has happened by then: while it is busy, any number of events become one.
/// </summary>
public sealed class SnapshotSource : ISnapshotSource
{
    private readonly SnapshotBuilder _builder = new();
    private readonly List<IInformer> _informers = [];

    /// <summary>Copies each informer's table into the builder.</summary>
    private readonly List<Action> _copies = [];

    /// <summary>One slot: something has changed since the consumer last looked.</summary>
    private readonly Channel<bool> _changed =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private Snapshot _last = Snapshot.Empty;

    public SnapshotSource(KubernetesClient client, SnapshotWatches watches, TimeProvider time, Random random)
    {
        Add(Kinds.Nodes, watches.Nodes, table => _builder.Nodes = table);
        Add(Kinds.Namespaces, watches.Namespaces, table => _builder.Namespaces = table);
        Add(Kinds.Pods, watches.Pods, table => _builder.Pods = table);
        Add(Kinds.Services, watches.Services, table => _builder.Services = table);
        Add(Kinds.EndpointSlices, watches.EndpointSlices, table => _builder.EndpointSlices = table);

        void Add<T>(ResourceKind<T> kind, InformerOptions? options, Action<ObjectTable<T>> copy)
            where T : KubernetesObject
        {
            if (options is null)
            {
                return;
            }
            // Informers run at the same time, and Random is not made for that.
            var informer = new Informer<T>(client, kind, options, time, new Random(random.Next()));
            informer.Changed += () =>
            {
                ObjectsChanged?.Invoke(kind.Kind);
                _changed.Writer.TryWrite(true);
            };
            _informers.Add(informer);
            _copies.Add(() => copy(informer.Objects));
        }
    }

    /// <summary>A table of this kind has changed, and no snapshot has told of it yet. Raised on the informer's thread.</summary>
    public event Action<string>? ObjectsChanged;

    /// <summary>How each informer is doing.</summary>
    public IReadOnlyList<InformerStatus> Status => _informers.ConvertAll(i => i.Status);

    /// <summary>
    /// Runs the informers until cancelled. One that breaks ends the others and throws: snapshots of which one kind stands
    /// still would pass for true.
    /// </summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = _informers.ConvertAll(i => i.RunAsync(stop.Token));
        await Task.WhenAny(running).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    /// <summary>
    /// The next snapshot that differs from the one handed out last, waiting until there is one. For one consumer.
    /// </summary>
    public async ValueTask<Snapshot> NextAsync(CancellationToken ct)
    {
        while (true)
        {
            var snapshot = Build();
            if (!ReferenceEquals(snapshot, _last))
            {
                return _last = snapshot;
            }
            await _changed.Reader.ReadAsync(ct).ConfigureAwait(false);
        }
    }

    private Snapshot Build()
    {
        // Asked before the tables are copied: a list that completes in between is in the tables and merely not
        // yet told of, never the other way round.
        _builder.AllSynced = _informers.TrueForAll(i => i.HasSynced);
        _copies.ForEach(copy => copy());
        _builder.Problems = _informers.SelectMany(i => i.Problems).ToValueArray();
        return _builder.Build();
    }
}
