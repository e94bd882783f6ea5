using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Client;

/// <summary>
/// One page of a list that is still arriving. Never more of it is in memory than the largest item and one
/// buffer. Read it to the end, and then ask for <see cref="ResourceVersion"/> and <see cref="Continue"/>.
/// </summary>
public sealed class ListPage<T> : IAsyncDisposable
    where T : KubernetesObject
{
    private readonly ResourceKind<T> _kind;
    private readonly ResponseBody _body;
    private readonly JsonListReader _list = new();
    private bool _ended;

    internal ListPage(ResourceKind<T> kind, ResponseBody body) => (_kind, _body) = (kind, body);

    /// <summary>The version that the whole list is of, and that a watch starts from.</summary>
    public string ResourceVersion => _list.ResourceVersion;

    /// <summary>The token of the next page; empty on the last.</summary>
    public string Continue => _list.Continue;

    /// <summary>
    /// Adds the items that have arrived, in the server's order, waiting until there are some; false when there
    /// are no more. Throws <see cref="KubernetesException"/> when the page ends early or is no list. An item
    /// that cannot be decoded is a <see cref="ListItem{T}.Problem"/> and ends nothing.
    /// </summary>
    public async ValueTask<bool> ReadAsync(ICollection<ListItem<T>> items, CancellationToken ct)
    {
        var before = items.Count;
        while (items.Count == before)
        {
            if (_ended)
            {
                return false;
            }
            var read = await _body.ReadAsync(ct).ConfigureAwait(false);
            _body.AdvanceTo(DecodeItems(read.Buffer, items), read.Buffer.End);
            _ended = read.IsCompleted;
            if (_ended && !_list.IsComplete)
            {
                throw _body.Fault("the list ended before its end", "connection lost");
            }
        }
        return true;
    }

    public ValueTask DisposeAsync() => _body.DisposeAsync();

    /// <returns>What is consumed of the bytes.</returns>
    private SequencePosition DecodeItems(ReadOnlySequence<byte> bytes, ICollection<ListItem<T>> items)
    {
        try
        {
            SequencePosition consumed;
            while (_list.TryReadItem(bytes, out var item, out consumed))
            {
                items.Add(DecodeItem(item));
                bytes = bytes.Slice(consumed);
            }
            return consumed;
        }
        catch (Exception e) when (e is JsonException or UnexpectedValueException)
        {
            throw _body.Fault($"the answer is no list: {e.Message}", "");
        }
    }

    private ListItem<T> DecodeItem(ReadOnlySequence<byte> utf8)
    {
        try
        {
            return new(ObjectJson.Decode(_kind, utf8), null);
        }
        catch (ObjectDecodeException e)
        {
            return new(null, new DecodeProblem(_kind.Kind, ObjectJson.TryReadIdentity(utf8)?.Key ?? new("", ""), e.Field, e.Expectation));
        }
    }
}
