using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Http;

/// <summary>Reading request bodies.</summary>
internal static class RequestBody
{
    /// <summary>The real server's limit for one object.</summary>
    public const int MaxLength = 3 << 20;

    private const string Accepted = "application/json, application/yaml";

    /// <summary>Reads one object from a JSON or YAML body. Throws a <see cref="StatusException"/> on anything else.</summary>
    public static async Task<JsonObject> ReadObjectAsync(HttpContext http)
    {
        var type = MediaType.Parse(http.Request.ContentType ?? MediaType.Json).Type;
        if (type is not (MediaType.Json or "" or "application/yaml" or "text/yaml"))
        {
            throw StatusException.UnsupportedMediaType(Accepted);
        }
        var body = await ReadAsync(http).ConfigureAwait(false);
        return type is MediaType.Json or "" ? ParseObject(body.Span) : ParseYaml(body);
    }

    /// <summary>Reads an object that may be absent, as the options of a DELETE.</summary>
    public static async Task<JsonObject?> ReadOptionalObjectAsync(HttpContext http)
    {
        var body = await ReadAsync(http).ConfigureAwait(false);
        if (body.IsEmpty)
        {
            return null;
        }
        return MediaType.Parse(http.Request.ContentType ?? MediaType.Json).Type is MediaType.Json or ""
            ? ParseObject(body.Span)
            : throw StatusException.UnsupportedMediaType(Accepted);
    }

    public static JsonObject ParseObject(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonFields.Parse(body);
        }
        catch (JsonException e)
        {
            throw StatusException.BadRequest($"the object provided is unrecognized (must be of type JSON): {e.Message}");
        }
    }

    /// <summary>Reads one object written in YAML, of which JSON is a part.</summary>
    public static JsonObject ParseYaml(ReadOnlyMemory<byte> body) => ParseObject(body.Span);

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        var body = new ArrayBufferWriter<byte>();
        var reader = http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(http.RequestAborted).ConfigureAwait(false);
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
