using System.Text.Json;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Yaml;

namespace Straum.Kubernetes.Manifests;

/// <summary>
/// Reads the objects of one file, YAML documents or JSON, all of them or none. How to add a kind: a line in <see cref="Decoders"/>.
/// </summary>
internal static class ManifestReader
{
    private const string DefaultNamespace = "default";

    private static readonly Dictionary<string, Func<ReadOnlyMemory<byte>, KubernetesObject>> Decoders = new()
    {
        ["v1 Node"] = static json => ObjectJson.Decode(Kinds.Nodes, json),
        ["v1 Namespace"] = static json => ObjectJson.Decode(Kinds.Namespaces, json),
        ["v1 Pod"] = static json => InNamespace(ObjectJson.Decode(Kinds.Pods, json)),
        ["v1 Service"] = static json => InNamespace(ObjectJson.Decode(Kinds.Services, json)),
        ["discovery.k8s.io/v1 EndpointSlice"] = static json => InNamespace(ObjectJson.Decode(Kinds.EndpointSlices, json)),
    };

    /// <exception cref="ManifestException">The text is no YAML, or an object in it cannot be read. Names the first such place.</exception>
    public static IReadOnlyList<KubernetesObject> Read(string text)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> documents;
        try
        {
            documents = YamlJson.Documents(text);
        }
        catch (YamlTextException e)
        {
            throw new ManifestException(e.Line, "", e.Reason);
        }
        // Most likely somebody is about to write it: its objects go when the file goes.
        return documents.Count > 0 ? [.. documents.Select((json, index) => Decode(text, index, json))] : throw new ManifestException(1, "", "the file has no objects");
    }

    private static KubernetesObject Decode(string text, int document, ReadOnlyMemory<byte> json)
    {
        try
        {
            return DecoderOf(json)(json);
        }
        catch (ObjectDecodeException e)
        {
            throw new ManifestException(YamlLines.LineOf(text, document, e.Field), e.Field, e.Expectation);
        }
    }

    private static Func<ReadOnlyMemory<byte>, KubernetesObject> DecoderOf(ReadOnlyMemory<byte> json)
    {
        using var parsed = JsonDocument.Parse(json);
        if (parsed.RootElement.ValueKind is not JsonValueKind.Object)
        {
            throw new ObjectDecodeException("", "expected an object");
        }
        var kind = $"{Text(parsed.RootElement, "apiVersion")} {Text(parsed.RootElement, "kind")}";
        return Decoders.GetValueOrDefault(kind)
            ?? throw new ObjectDecodeException("kind", $"expected one of {string.Join(", ", Decoders.Keys)}, found {kind}");
    }

    private static string Text(JsonElement json, string field) =>
        json.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

    private static T InNamespace<T>(T item)
        where T : KubernetesObject => item.Namespace.Length > 0 ? item : item with { Meta = item.Meta with { Namespace = DefaultNamespace } };
}
