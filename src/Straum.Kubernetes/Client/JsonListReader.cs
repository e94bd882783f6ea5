using System.Buffers;
using System.Text.Json;
using Straum.Kubernetes.Decoding;

namespace Straum.Kubernetes.Client;

/// <summary>
/// Finds the items and the metadata of a list in a stream of bytes. Whoever drives it hands over all bytes not
/// yet consumed, and keeps those of an unfinished item for the next time. Bytes are tokenised once: the state
/// of the tokeniser is kept in between, so a slow trickle costs no more than a burst.
/// </summary>
internal sealed class JsonListReader
{
    private JsonReaderState _state;
    private Place _place = Place.Outside;

    /// <summary>How far the handed-over bytes are tokenised, counted from the first byte not consumed.</summary>
    private long _scanned;

    /// <summary>Where the value that is being collected begins, counted likewise.</summary>
    private long _start;

    private enum Place
    {
        /// <summary>Before, between or after the fields of the list itself.</summary>
        Outside,
        ItemsAhead,
        BetweenItems,
        InItem,
        MetadataAhead,
        InMetadata,
    }

    /// <summary>metadata.resourceVersion, once read; empty before.</summary>
    public string ResourceVersion { get; private set; } = "";

    /// <summary>metadata.continue, once read; empty before, and on the last page.</summary>
    public string Continue { get; private set; } = "";

    /// <summary>The list's closing brace has been read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>
    /// Moves on to the next whole item. When there is one, <paramref name="item"/> lies within
    /// <paramref name="bytes"/>. Bytes before <paramref name="consumed"/> must not be handed over again.
    /// Throws <see cref="JsonException"/> for what is no JSON.
    /// </summary>
    public bool TryReadItem(ReadOnlySequence<byte> bytes, out ReadOnlySequence<byte> item, out SequencePosition consumed)
    {
        item = default;
        var json = new Utf8JsonReader(bytes.Slice(_scanned), isFinalBlock: false, _state);
        while (json.Read())
        {
            var end = _scanned + json.BytesConsumed;
            switch (_place)
            {
                case Place.Outside when json.CurrentDepth == 1 && json.TokenType == JsonTokenType.PropertyName:
                    _place = json.ValueTextEquals("items"u8) ? Place.ItemsAhead
                        : json.ValueTextEquals("metadata"u8) ? Place.MetadataAhead : Place.Outside;
                    break;
                case Place.Outside when json.CurrentDepth == 0 && json.TokenType == JsonTokenType.EndObject:
                    IsComplete = true;
                    break;
                case Place.Outside when json.CurrentDepth == 0 && json.TokenType != JsonTokenType.StartObject:
                    throw new JsonException("a list must be an object");
                case Place.ItemsAhead:
                    _place = json.TokenType == JsonTokenType.StartArray ? Place.BetweenItems
                        : json.TokenType == JsonTokenType.Null ? Place.Outside
                        : throw new JsonException("items must be a list");
                    break;
                case Place.MetadataAhead:
                    _start = _scanned + json.TokenStartIndex;
                    _place = json.TokenType == JsonTokenType.StartObject ? Place.InMetadata : Place.Outside;
                    break;
                case Place.InMetadata when json.CurrentDepth == 1:
                    ReadMetadata(bytes.Slice(_start, end - _start));
                    _place = Place.Outside;
                    break;
                case Place.BetweenItems:
                    _start = _scanned + json.TokenStartIndex;
                    _place = json.TokenType switch
                    {
                        JsonTokenType.StartObject => Place.InItem,
                        JsonTokenType.EndArray => Place.Outside,
                        _ => throw new JsonException("an item must be an object"),
                    };
                    break;
                case Place.InItem when json.CurrentDepth == 2:
                    item = bytes.Slice(_start, end - _start);
                    _place = Place.BetweenItems;
                    Suspend(ref json, bytes, end, out consumed);
                    return true;
            }
        }
        var keepFrom = _place is Place.InItem or Place.InMetadata ? _start : _scanned + json.BytesConsumed;
        Suspend(ref json, bytes, keepFrom, out consumed);
        return false;
    }

    private void Suspend(ref Utf8JsonReader json, ReadOnlySequence<byte> bytes, long keepFrom, out SequencePosition consumed)
    {
        _state = json.CurrentState;
        _scanned = _scanned + json.BytesConsumed - keepFrom;
        _start -= keepFrom;
        consumed = bytes.GetPosition(keepFrom);
    }

    private void ReadMetadata(ReadOnlySequence<byte> utf8)
    {
        var json = new Utf8JsonReader(utf8);
        json.Read();
        while (json.NextField())
        {
            if (json.IsField("resourceVersion"u8)) { ResourceVersion = json.ReadString(); }
            else if (json.IsField("continue"u8)) { Continue = json.ReadString(); }
            else { json.SkipValue(); }
        }
    }
}
