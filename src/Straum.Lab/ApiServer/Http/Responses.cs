using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Http;

/// <summary>Writing whole responses.</summary>
internal static class Responses
{
    /// <summary>Sends a JSON document.</summary>
    public static Task WriteJsonAsync(this HttpContext http, JsonNode document, int code = StatusCodes.Status200OK, string contentType = MediaType.Json) =>
        http.WriteAsync(document.ToUtf8(), code, contentType);

    public static async Task WriteAsync(this HttpContext http, ReadOnlyMemory<byte> body, int code = StatusCodes.Status200OK, string contentType = MediaType.Json)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Sends the Status of a refusal.</summary>
    public static Task WriteStatusAsync(this HttpContext http, StatusException refusal)
    {
        if (refusal.RetryAfter is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString();
        }
        return http.WriteJsonAsync(refusal.ToStatus(), refusal.Code);
    }

    /// <summary>Adds a warning that kubectl prints to its user (RFC 7234 §5.5, code 299).</summary>
    public static void Warn(this HttpContext http, string text) =>
        http.Response.Headers.Append("Warning", $"299 - \"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
}
