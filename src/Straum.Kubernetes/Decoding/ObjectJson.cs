using System.Buffers;
using System.Text;
using System.Text.Json;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

/// <summary>Turns the UTF-8 JSON of one object into its record.</summary>
public static class ObjectJson
{
    /// <summary>
    /// Decodes one object. Throws <see cref="ObjectDecodeException"/>, which names the field, when a value
    /// has a wrong type, the object has no name, or the text is no JSON.
    /// </summary>
    public static T Decode<T>(ResourceKind<T> kind, ReadOnlySequence<byte> utf8)
        where T : KubernetesObject
    {
        var json = new Utf8JsonReader(utf8);
        try
        {
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw JsonFields.Unexpected(ref json, "an object");
            }
            var item = kind.Decode(ref json);
            return item.Name.Length > 0 ? item : throw new ObjectDecodeException("metadata.name", "expected a name, found none");
        }
        catch (UnexpectedValueException e)
        {
            throw new ObjectDecodeException(PathAt(utf8, e.Offset), e.Message);
        }
        catch (JsonException e)
        {
            throw new ObjectDecodeException("", $"no valid JSON at byte {e.BytePositionInLine}");
        }
    }

    /// <inheritdoc cref="Decode{T}(ResourceKind{T}, ReadOnlySequence{byte})"/>
    public static T Decode<T>(ResourceKind<T> kind, ReadOnlyMemory<byte> utf8)
        where T : KubernetesObject => Decode(kind, new ReadOnlySequence<byte>(utf8));

    /// <summary>
    /// The name and version of an object whose other fields may be undecodable, each empty when absent; null
    /// when there is no metadata.
    /// </summary>
    internal static ObjectMeta? TryReadIdentity(ReadOnlySequence<byte> utf8)
    {
        try
        {
            var json = new Utf8JsonReader(utf8);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }
            while (json.NextField())
            {
                if (json.IsField("metadata"u8))
                {
                    return json.EnterObject() ? ReadIdentity(ref json) : null;
                }
                json.SkipValue();
            }
        }
        catch (Exception e) when (e is JsonException or UnexpectedValueException)
        {
            // Absence: the caller counts the object as nameless.
        }
        return null;
    }

    private static ObjectMeta ReadIdentity(ref Utf8JsonReader json)
    {
        string name = "", ns = "", version = "";
        while (json.NextField())
        {
            if (json.IsField("name"u8)) { name = json.ReadString(); }
            else if (json.IsField("namespace"u8)) { ns = json.ReadInterned(); }
            else if (json.IsField("resourceVersion"u8)) { version = json.ReadString(); }
            else { json.SkipValue(); }
        }
        return new ObjectMeta { Name = name, Namespace = ns, ResourceVersion = version };
    }

    /// <summary>
    /// The path of the value at a byte offset, found by walking the object a second time: only the rare
    /// failure pays for paths.
    /// </summary>
    private static string PathAt(ReadOnlySequence<byte> utf8, long offset)
    {
        var json = new Utf8JsonReader(utf8);
        // One level per open container: the field or index that we are in.
        var path = new List<(string? Field, int Index)>();
        while (json.Read() && json.TokenStartIndex < offset)
        {
            switch (json.TokenType)
            {
                case JsonTokenType.StartObject:
                    Advance(path);
                    path.Add(("", 0));
                    break;
                case JsonTokenType.StartArray:
                    Advance(path);
                    path.Add((null, -1));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    path.RemoveAt(path.Count - 1);
                    break;
                case JsonTokenType.PropertyName:
                    path[^1] = (json.GetString(), 0);
                    break;
                default:
                    Advance(path);
                    break;
            }
        }
        Advance(path);
        var text = new StringBuilder();
        foreach (var (field, index) in path)
        {
            text.Append(field is null ? $"[{index}]" : text.Length == 0 ? field : "." + field);
        }
        return text.ToString();
    }

    /// <summary>A value begins: inside an array that is the next index.</summary>
    private static void Advance(List<(string? Field, int Index)> path)
    {
        if (path.Count > 0 && path[^1].Field is null)
        {
            path[^1] = (null, path[^1].Index + 1);
        }
    }
}
