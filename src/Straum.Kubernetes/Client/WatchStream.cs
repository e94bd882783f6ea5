using System.Buffers;
using System.Text.Json;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Client;

/// <summary>A running watch: one JSON event per line, decoded from the buffer it arrived in.</summary>
public sealed class WatchStream<T> : IAsyncDisposable
    where T : KubernetesObject
{
    /// <summary>No object in etcd is larger than a few MiB; a longer line is no event.</summary>
    private const int LongestEvent = 32 * 1024 * 1024;

    private readonly ResourceKind<T> _kind;
    private readonly ResponseBody _body;

    /// <summary>So many bytes of the unfinished line are known to hold no newline.</summary>
    private long _scanned;

    internal WatchStream(ResourceKind<T> kind, ResponseBody body) => (_kind, _body) = (kind, body);

    /// <summary>
    /// Adds the events that have arrived, in order, waiting until there are some; false when the server has
    /// ended the watch. An unfinished last line is dropped: its event comes again from the version before it.
    /// </summary>
    /// <exception cref="KubernetesException">The connection broke, or the server sent an error event.</exception>
    /// <exception cref="WatchGarbageException">A line is no event, so that we cannot know what was missed.</exception>
    public async ValueTask<bool> ReadAsync(ICollection<WatchEvent<T>> events, CancellationToken ct)
    {
        var before = events.Count;
        while (events.Count == before)
        {
            var read = await _body.ReadAsync(ct).ConfigureAwait(false);
            var rest = read.Buffer;
            while (TryReadLine(ref rest, out var line))
            {
                if (!line.IsEmpty)
                {
                    events.Add(DecodeEvent(line));
                }
            }
            if (rest.Length > LongestEvent)
            {
                throw new WatchGarbageException($"an event of more than {LongestEvent} bytes");
            }
            _body.AdvanceTo(rest.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return events.Count > before;
            }
        }
        return true;
    }

    public ValueTask DisposeAsync() => _body.DisposeAsync();

    private bool TryReadLine(ref ReadOnlySequence<byte> bytes, out ReadOnlySequence<byte> line)
    {
        if (bytes.Slice(_scanned).PositionOf((byte)'\n') is not { } newline)
        {
            _scanned = bytes.Length;
            line = default;
            return false;
        }
        line = bytes.Slice(0, newline);
        bytes = bytes.Slice(bytes.GetPosition(1, newline));
        _scanned = 0;
        return true;
    }

    private WatchEvent<T> DecodeEvent(ReadOnlySequence<byte> line)
    {
        if (TryDecodeUsual(line) is { } usual)
        {
            return usual;
        }
        var (type, utf8) = ReadEnvelope(line);
        switch (type)
        {
            case "ERROR":
                throw _body.Fault(ApiStatus.Read(utf8, 0));
            case "ADDED" or "MODIFIED":
                return DecodeSet(utf8);
        }
        var wanted = type switch
        {
            "DELETED" => WatchEventType.Deleted,
            "BOOKMARK" => WatchEventType.Bookmark,
            _ => throw new WatchGarbageException($"an event of unknown type \"{type}\""),
        };
        // Of what is deleted only the name counts: it need not be decodable.
        var identity = ObjectJson.TryReadIdentity(utf8);
        if (identity is not { } meta || (wanted == WatchEventType.Deleted && meta.Name.Length == 0))
        {
            throw new WatchGarbageException($"a {type} event without metadata");
        }
        return new(wanted, meta.Key, meta.ResourceVersion);
    }

    /// <summary>
    /// An object that was added or changed, in the form that API servers write: read once, where it lies. Null for whatever
    /// is otherwise, also wrong: that is read again, field by field.
    /// </summary>
    private WatchEvent<T>? TryDecodeUsual(ReadOnlySequence<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject
                || !json.NextField() || !json.IsField("type"u8) || !json.Read() || json.TokenType != JsonTokenType.String
                || !(json.ValueTextEquals("ADDED"u8) || json.ValueTextEquals("MODIFIED"u8))
                || !json.NextField() || !json.IsField("object"u8) || !json.EnterObject())
            {
                return null;
            }
            var item = _kind.Decode(ref json);
            return item.Name.Length > 0 && !json.NextField() ? new(WatchEventType.Set, item.Key, item.Meta.ResourceVersion, item) : null;
        }
        catch (Exception e) when (e is JsonException or UnexpectedValueException)
        {
            return null;
        }
    }

    private WatchEvent<T> DecodeSet(ReadOnlySequence<byte> utf8)
    {
        try
        {
            var item = ObjectJson.Decode(_kind, utf8);
            return new(WatchEventType.Set, item.Key, item.Meta.ResourceVersion, item);
        }
        catch (ObjectDecodeException e)
        {
            return ObjectJson.TryReadIdentity(utf8) is { Name.Length: > 0 } meta
                ? new(WatchEventType.Undecodable, meta.Key, meta.ResourceVersion,
                    Problem: new DecodeProblem(_kind.Kind, meta.Key, e.Field, e.Expectation))
                : throw new WatchGarbageException($"an object without a name: {e.Message}");
        }
    }

    private static (string Type, ReadOnlySequence<byte> Object) ReadEnvelope(ReadOnlySequence<byte> line)
    {
        var type = "";
        ReadOnlySequence<byte>? body = null;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                throw new WatchGarbageException("a line that is no JSON object");
            }
            while (json.NextField())
            {
                if (json.IsField("type"u8))
                {
                    type = json.ReadInterned();
                }
                else if (json.IsField("object"u8) && json.EnterObject())
                {
                    var start = json.TokenStartIndex;
                    json.Skip();
                    body = line.Slice(start, json.BytesConsumed - start);
                }
                else
                {
                    json.SkipValue();
                }
            }
        }
        catch (Exception e) when (e is JsonException or UnexpectedValueException)
        {
            throw new WatchGarbageException(e.Message);
        }
        return (type, body ?? throw new WatchGarbageException("an event without an object"));
    }
}
