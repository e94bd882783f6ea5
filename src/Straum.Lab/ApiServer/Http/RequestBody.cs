using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Yaml;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Protobuf;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Http;

/// <summary>Reading request bodies: JSON, YAML, and the protobuf that client-go's typed clients insist on sending.</summary>
internal static class RequestBody
{
    /// <summary>The real server's limit for one object.</summary>
    public const int MaxLength = 3 << 20;

    private const string Accepted = MediaType.Json + ", application/yaml, " + ProtobufDecoder.ContentType;

    /// <summary>Reads one object. Throws a <see cref="StatusException"/> on anything else.</summary>
    public static async Task<JsonObject> ReadObjectAsync(ApiCall call) =>
        await ReadOptionalObjectAsync(call).ConfigureAwait(false) ?? throw StatusException.BadRequest("the request has no body");

    /// <summary>Reads an object that may be absent, as the options of a DELETE.</summary>
    public static async Task<JsonObject?> ReadOptionalObjectAsync(ApiCall call)
    {
        var body = await ReadAsync(call).ConfigureAwait(false);
        if (body.IsEmpty)
        {
            return null;
        }
        return MediaType.Parse(call.Http.Request.ContentType ?? MediaType.Json).Type switch
        {
            MediaType.Json or "" => ParseJson(body.Span),
            "application/yaml" or "text/yaml" => ParseYaml(body.Span),
            ProtobufDecoder.ContentType => ProtobufDecoder.Decode(body.Span, kind =>
                kind == call.Resource.Kind ? call.Resource.Schema : SchemaCatalog.Builtin.FindBody(kind)),
            _ => throw StatusException.UnsupportedMediaType(Accepted),
        };
    }

    public static JsonObject ParseJson(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonFields.Parse(body);
        }
        catch (JsonException e)
        {
            throw StatusException.BadRequest($"error decoding the body as a JSON object: {e.Message}");
        }
    }

    /// <summary>Reads one object written in YAML, of which JSON is a part.</summary>
    public static JsonObject ParseYaml(ReadOnlySpan<byte> body)
    {
        try
        {
            return YamlJson.Documents(Encoding.UTF8.GetString(body)) is [var document]
                ? ParseJson(document.Span)
                : throw StatusException.BadRequest("the body must be one YAML document");
        }
        catch (YamlTextException e)
        {
            throw StatusException.BadRequest("error decoding the body as YAML: " + e.Message);
        }
    }

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(ApiCall call)
    {
        var body = new ArrayBufferWriter<byte>();
        var reader = call.Http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(call.Stopping).ConfigureAwait(false);
            foreach (var segment in result.Buffer)
            {
                body.Write(segment.Span);
            }
            reader.AdvanceTo(result.Buffer.End);
            if (body.WrittenCount > MaxLength)
            {
                throw StatusException.TooLarge(MaxLength);
            }
            if (result.IsCompleted)
            {
                return body.WrittenMemory;
            }
        }
    }
}
