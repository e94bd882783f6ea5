using System.Text.Json.Nodes;
using System.Threading.Channels;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Events;

/// <summary>
/// Writes Events. The same event again raises the count of the one that is there. Events are news and not state:
/// recording never waits, and what cannot be written is dropped and counted.
/// </summary>
public sealed class EventRecorder
{
    private const int MostWaiting = 256;

    /// <summary>So many events are remembered to be counted up; older ones begin anew.</summary>
    private const int MostRemembered = 1024;

    private readonly KubernetesClient _client;
    private readonly string _component;
    private readonly string _instance;
    private readonly TimeProvider _time;
    private readonly Channel<ObjectEvent> _waiting;
    private readonly Dictionary<ObjectEvent, Written> _written = [];
    private readonly Queue<ObjectEvent> _order = new();
    private long _dropped;
    private long _sequence;

    /// <param name="client">Where to write.</param>
    /// <param name="component">Who reports, as in "straum-agent".</param>
    /// <param name="instance">Which one of them, usually the node's name.</param>
    /// <param name="time">The clock of the time stamps.</param>
    public EventRecorder(KubernetesClient client, string component, string instance, TimeProvider time)
    {
        (_client, _component, _instance, _time) = (client, component, instance, time);
        _waiting = Channel.CreateBounded<ObjectEvent>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
    }

    /// <summary>Events that were not written: too many at once, or refused by the server.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Why the last event was not written; null while all is well.</summary>
    public string? LastError { get; private set; }

    public void Record(ObjectEvent news) => _waiting.Writer.TryWrite(news);

    /// <summary>Writes what is recorded until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (await HasMoreAsync(ct).ConfigureAwait(false))
        {
            while (_waiting.Reader.TryRead(out var news))
            {
                await WriteAsync(news, ct).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<bool> HasMoreAsync(CancellationToken ct)
    {
        try
        {
            return await _waiting.Reader.WaitToReadAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task WriteAsync(ObjectEvent news, CancellationToken ct)
    {
        try
        {
            if (!_written.TryGetValue(news, out var written) || !await CountAsync(written, ct).ConfigureAwait(false))
            {
                await CreateAsync(news, ct).ConfigureAwait(false);
            }
            LastError = null;
        }
        catch (Exception e) when (e is KubernetesException or ClusterConfigException or OperationCanceledException)
        {
            LastError = e.Message;
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Raises the count; false when the server has forgotten the event, as it does after an hour.</summary>
    private async Task<bool> CountAsync(Written written, CancellationToken ct)
    {
        written.Count++;
        try
        {
            await _client.PatchAsync(
                Kinds.Events, written.Key, new JsonObject { ["count"] = written.Count, ["lastTimestamp"] = Now() }, ct).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private async Task CreateAsync(ObjectEvent news, CancellationToken ct)
    {
        var (subject, now) = (news.Subject, Now());
        // Events on cluster-scoped objects live in the namespace default.
        var ns = subject.Key.Namespace.Length > 0 ? subject.Key.Namespace : "default";
        var name = $"{subject.Key.Name}.{_time.GetUtcNow().Ticks:x}{_sequence++:x}";
        await _client.CreateAsync(
            Kinds.Events,
            ns,
            new JsonObject
            {
                ["apiVersion"] = Kinds.Events.ApiVersion,
                ["kind"] = Kinds.Events.Kind,
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
                ["involvedObject"] = new JsonObject
                {
                    ["apiVersion"] = subject.ApiVersion,
                    ["kind"] = subject.Kind,
                    ["namespace"] = subject.Key.Namespace,
                    ["name"] = subject.Key.Name,
                    ["uid"] = subject.Uid,
                },
                ["type"] = news.Severity.ToString(),
                ["reason"] = news.Reason,
                ["message"] = news.Message,
                ["count"] = 1,
                ["firstTimestamp"] = now,
                ["lastTimestamp"] = now,
                ["source"] = new JsonObject { ["component"] = _component, ["host"] = _instance },
                ["reportingComponent"] = _component,
                ["reportingInstance"] = _instance,
            },
            ct).ConfigureAwait(false);
        Remember(news, new Written(new NamespacedName(ns, name)));
    }

    private void Remember(ObjectEvent news, Written written)
    {
        if (!_written.ContainsKey(news))
        {
            _order.Enqueue(news);
        }
        _written[news] = written;
        if (_order.Count > MostRemembered)
        {
            _written.Remove(_order.Dequeue());
        }
    }

    private string Now() => _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private sealed class Written(NamespacedName key)
    {
        public NamespacedName Key { get; } = key;

        public int Count { get; set; } = 1;
    }
}
