using Straum.Kubernetes.Client;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Kubernetes.Informers;

/// <summary>
/// Keeps a table of one kind's objects equal to the server's: a list, then a watch from the list's version,
/// and a new list whenever the server has forgotten the version we are at.
/// </summary>
/// <remarks>
/// <para>A list replaces nothing until it is complete. It is then compared with the table, so what was deleted
/// while we did not look is found missing, and what is equal keeps its instance.</para>
/// <para>What ends a watch decides how to go on: its timeout or a lost connection, from the last version seen;
/// 410, or a line that is no event, by a new list; any other refusal first from the last version and then, if
/// the server keeps refusing, by a new list too, because it may have been restored to an older state. Whatever
/// fails is tried again after a growing pause.</para>
/// </remarks>
public sealed class Informer<T> : IInformer
    where T : KubernetesObject
{
    /// <summary>So many refusals in a row, other than 410, cast doubt on the version we ask from.</summary>
    private const int DoubtfulRefusals = 3;

    private readonly KubernetesClient _client;
    private readonly ResourceKind<T> _kind;
    private readonly InformerOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Backoff _backoff;

    // Written by RunAsync alone; read by anyone.
    private volatile ObjectTable<T> _objects = ObjectTable<T>.Empty;
    private volatile DecodeProblem[] _problems = [];
    private volatile InformerStatus _status;

    /// <summary>The version that the table is complete up to, or null when only a list can tell.</summary>
    private string? _version;

    private int _refusals;

    public Informer(KubernetesClient client, ResourceKind<T> kind, InformerOptions options, TimeProvider time, Random random)
    {
        (_client, _kind, _options, _time, _random) = (client, kind, options, time, random);
        _backoff = new Backoff(options.FirstBackoff, options.LongestBackoff, random);
        _status = new InformerStatus(kind.Kind, 0, false, "", null, 0, 0, 0, 0, null);
    }

    public event Action? Changed;

    /// <summary>The objects as they are known now. The same instance means that nothing has changed.</summary>
    public ObjectTable<T> Objects => _objects;

    public bool HasSynced => _status.HasSynced;

    public InformerStatus Status => _status;

    public IReadOnlyList<DecodeProblem> Problems => _problems;

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var pause = await StepAsync(ct).ConfigureAwait(false);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One list if one is due, then one watch. Returns how long to wait before the next step.</summary>
    private async Task<TimeSpan> StepAsync(CancellationToken ct)
    {
        try
        {
            if (_version is null)
            {
                await ListAsync(ct).ConfigureAwait(false);
            }
            var heard = await WatchAsync(ct).ConfigureAwait(false);
            // A server that ends each watch at once would otherwise be asked in a tight loop.
            return heard ? TimeSpan.Zero : _backoff.Next();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
        catch (KubernetesException e)
        {
            _refusals = e.StatusCode is null ? _refusals : _refusals + 1;
            if (e.IsGone || _refusals >= DoubtfulRefusals)
            {
                _version = null;
            }
            return Failed(e.Message, _backoff.Next(e.Status.RetryAfter));
        }
        catch (WatchGarbageException e)
        {
            _version = null;
            _status = _status with { DecodeErrors = _status.DecodeErrors + 1 };
            return Failed(e.Message, _backoff.Next());
        }
        catch (ClusterConfigException e)
        {
            // A token file that is gone for now.
            return Failed(e.Message, _backoff.Next());
        }
    }

    private TimeSpan Failed(string error, TimeSpan pause)
    {
        _status = _status with { LastError = error, FailingSince = _status.FailingSince ?? _time.GetUtcNow() };
        return pause;
    }

    /// <summary>Reads all pages of one version, then moves the table to it.</summary>
    private async Task ListAsync(CancellationToken ct)
    {
        var listed = new Dictionary<NamespacedName, T?>();
        var problems = new List<DecodeProblem>();
        var items = new List<ListItem<T>>();
        string next = "", version;
        do
        {
            var options = new ListOptions { Selection = _options.Selection, Limit = _options.PageSize, Continue = next };
            await using var page = await _client.ListAsync(_kind, options, ct).ConfigureAwait(false);
            while (await page.ReadAsync(items, ct).ConfigureAwait(false))
            {
                foreach (var (item, problem) in items)
                {
                    if (problem is not null)
                    {
                        problems.Add(problem);
                        listed[problem.Key] = _objects.Find(problem.Key);
                    }
                    else
                    {
                        // Equal objects are dropped here, so a relist holds the table once and not twice.
                        var known = _objects.Find(item!.Key);
                        listed[item.Key] = item.Equals(known) ? known : item;
                    }
                }
                items.Clear();
            }
            (next, version) = (page.Continue, page.ResourceVersion);
        }
        while (next.Length > 0);

        (_version, _refusals) = (version, 0);
        _problems = [.. problems.OrderBy(p => p.Key)];
        _objects = Moved(_objects, listed);
        _status = _status with
        {
            HasSynced = true,
            Objects = _objects.Count,
            ResourceVersion = version,
            LastEventAt = _time.GetUtcNow(),
            Lists = _status.Lists + 1,
            DecodeErrors = _status.DecodeErrors + problems.Count,
            LastError = null,
            FailingSince = null,
        };
        Changed?.Invoke();
    }

    /// <summary>The table with exactly the listed objects; the same instance when that changes nothing.</summary>
    private static ObjectTable<T> Moved(ObjectTable<T> table, Dictionary<NamespacedName, T?> listed)
    {
        if (table.Count == 0)
        {
            return ObjectTable<T>.Create(listed.Values.OfType<T>());
        }
        foreach (var known in table)
        {
            if (!listed.ContainsKey(known.Key))
            {
                table = table.Remove(known.Key);
            }
        }
        foreach (var item in listed.Values)
        {
            table = item is null ? table : table.Set(item);
        }
        return table;
    }

    /// <summary>Follows one watch to its end. False when it ended early and without a word.</summary>
    private async Task<bool> WatchAsync(CancellationToken ct)
    {
        var options = new WatchOptions
        {
            Selection = _options.Selection,
            ResourceVersion = _version!,
            Timeout = _options.WatchTimeout * (1 + _random.NextDouble()),
            Grace = _options.WatchGrace,
        };
        var started = _time.GetTimestamp();
        await using var watch = await _client.WatchAsync(_kind, options, ct).ConfigureAwait(false);
        _status = _status with { Watches = _status.Watches + 1, LastError = null, FailingSince = null };
        var heard = false;
        var events = new List<WatchEvent<T>>();
        for (var open = true; open;)
        {
            try
            {
                open = await watch.ReadAsync(events, ct).ConfigureAwait(false);
            }
            finally
            {
                // What came before an error counts, and the next watch starts behind it.
                heard |= events.Count > 0 || _time.GetElapsedTime(started) > _options.LongestBackoff;
                if (heard)
                {
                    _backoff.Reset();
                    _refusals = 0;
                }
                Apply(events);
                events.Clear();
            }
        }
        return heard;
    }

    private void Apply(List<WatchEvent<T>> events)
    {
        if (events.Count == 0)
        {
            return;
        }
        var (objects, problems) = (_objects, _problems);
        long counted = 0, undecodable = 0;
        foreach (var e in events)
        {
            _version = e.ResourceVersion.Length > 0 ? e.ResourceVersion : _version;
            counted += e.Type == WatchEventType.Bookmark ? 0 : 1;
            switch (e.Type)
            {
                case WatchEventType.Set:
                    problems = Without(problems, e.Key);
                    objects = e.Object!.Equals(objects.Find(e.Key)) ? objects : objects.Set(e.Object);
                    break;
                case WatchEventType.Deleted:
                    problems = Without(problems, e.Key);
                    objects = objects.Remove(e.Key);
                    break;
                case WatchEventType.Undecodable:
                    undecodable++;
                    problems = [.. Without(problems, e.Key).Append(e.Problem!).OrderBy(p => p.Key)];
                    break;
            }
        }
        var changed = !ReferenceEquals(objects, _objects) || !ReferenceEquals(problems, _problems);
        (_objects, _problems) = (objects, problems);
        _status = _status with
        {
            Objects = objects.Count,
            ResourceVersion = _version!,
            LastEventAt = _time.GetUtcNow(),
            Events = _status.Events + counted,
            DecodeErrors = _status.DecodeErrors + undecodable,
        };
        if (changed)
        {
            Changed?.Invoke();
        }
    }

    private static DecodeProblem[] Without(DecodeProblem[] problems, NamespacedName key) =>
        Array.Exists(problems, p => p.Key == key) ? Array.FindAll(problems, p => p.Key != key) : problems;
}
