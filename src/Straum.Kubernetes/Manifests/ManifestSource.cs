using System.Threading.Channels;
using Straum.Kubernetes.Informers;
using Straum.Kubernetes.Snapshots;

namespace Straum.Kubernetes.Manifests;

/// <summary>
/// Snapshots from the YAML and JSON files of one directory, for hosts without an API server. The directory is watched, and looked
/// through now and then, since not every change of every file system is told.
/// </summary>
public sealed class ManifestSource : ISnapshotSource
{
    private const string Node = nameof(Objects.Node);
    private const string Service = nameof(Objects.Service);
    private const string EndpointSlice = nameof(Objects.EndpointSlice);

    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <summary>A file is written in steps. It is read when it has been left alone for so long.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Patrol = TimeSpan.FromSeconds(10);

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly ManifestSet _set = new();

    /// <summary>One slot each: something happened in the directory; a snapshot was made that nobody has seen.</summary>
    private readonly Channel<bool> _touched = OneSlot();
    private readonly Channel<bool> _changed = OneSlot();

    private volatile Snapshot _current = Snapshot.Empty;
    private Snapshot _last = Snapshot.Empty;
    private volatile InformerStatus[] _status = [];

    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public ManifestSource(string directory, TimeProvider time)
    {
        (_directory, _time) = (directory, time);
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"the directory of manifests {directory} does not exist (make it, or correct kubernetes.manifests)");
        }
        _status = StatusOf(Snapshot.Empty, read: false, error: null);
    }

    public event Action<string>? ObjectsChanged;

    public IReadOnlyList<InformerStatus> Status => _status;

    public async Task RunAsync(CancellationToken ct)
    {
        using var watcher = new FileSystemWatcher(_directory) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
        watcher.Created += Touch;
        watcher.Changed += Touch;
        watcher.Deleted += Touch;
        watcher.Renamed += Touch;
        watcher.EnableRaisingEvents = true;
        using var patrol = _time.CreateTimer(_ => _touched.Writer.TryWrite(true), null, TimeSpan.Zero, Patrol);
        try
        {
            while (true)
            {
                await _touched.Reader.ReadAsync(ct).ConfigureAwait(false);
                await SettleAsync(ct).ConfigureAwait(false);
                Read();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }

        void Touch(object sender, FileSystemEventArgs e) => _touched.Writer.TryWrite(true);
    }

    public async ValueTask<Snapshot> NextAsync(CancellationToken ct)
    {
        while (ReferenceEquals(_current, _last))
        {
            await _changed.Reader.ReadAsync(ct).ConfigureAwait(false);
        }
        return _last = _current;
    }

    private static Channel<bool> OneSlot() => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private async Task SettleAsync(CancellationToken ct)
    {
        do
        {
            await Task.Delay(Settling, _time, ct).ConfigureAwait(false);
        }
        while (_touched.Reader.TryRead(out _));
    }

    private void Read()
    {
        try
        {
            var files = Directory.EnumerateFiles(_directory)
                .Where(path => Extensions.Contains(Path.GetExtension(path)) && !Path.GetFileName(path).StartsWith('.'))
                .ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
            var snapshot = _set.Update(files);
            _status = StatusOf(snapshot, read: true, snapshot.Problems is [var first, ..] ? $"{first.Key.Name}: {first.Field}: {first.Expectation}" : null);
            if (!ReferenceEquals(snapshot, _current))
            {
                Tell(Node, _current.Nodes, snapshot.Nodes);
                Tell(Service, _current.Services, snapshot.Services);
                Tell(EndpointSlice, _current.EndpointSlices, snapshot.EndpointSlices);
                _current = snapshot;
                _changed.Writer.TryWrite(true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was read last stays in use; the next change or patrol tries again.
            _status = StatusOf(_current, read: _current.Revision > 0, e.Message);
        }
    }

    private void Tell(string kind, object before, object after)
    {
        if (!ReferenceEquals(before, after))
        {
            ObjectsChanged?.Invoke(kind);
        }
    }

    // One list, and never another: a round that finds nothing new tells of nothing that was missed.
    private InformerStatus[] StatusOf(Snapshot snapshot, bool read, string? error)
    {
        return [Of(Node, snapshot.Nodes.Count), Of(Service, snapshot.Services.Count), Of(EndpointSlice, snapshot.EndpointSlices.Count)];

        InformerStatus Of(string kind, int objects) =>
            new(kind, objects, snapshot.AllSynced, "", read ? _time.GetUtcNow() : null, read ? 1 : 0, 0, 0, snapshot.Problems.Length, error);
    }
}
