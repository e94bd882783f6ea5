using System.Buffers;
using System.Text;
using System.Text.Json;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Client;

/// <summary>meta/v1 Status: how the API server says no.</summary>
public sealed record ApiStatus
{
    private const int LongestQuote = 200;

    /// <summary>The HTTP status; 0 when there was no answer.</summary>
    public int Code { get; init; }

    /// <summary>For programs, as in "NotFound", "Conflict" or "Expired"; may be empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>For people.</summary>
    public string Message { get; init; } = "";

    /// <summary>details.causes: the fields that were refused.</summary>
    public ValueArray<StatusCause> Causes { get; init; }

    /// <summary>details.retryAfterSeconds or the Retry-After header; null when the server names no time.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public override string ToString()
    {
        var text = new StringBuilder().Append(Code);
        if (Reason.Length > 0)
        {
            text.Append(' ').Append(Reason);
        }
        return Message.Length > 0 ? text.Append(": ").Append(Message).ToString() : text.ToString();
    }

    /// <summary>Reads a Status; a body that is none (an error page of a proxy) is quoted instead.</summary>
    internal static ApiStatus Read(ReadOnlySequence<byte> body, int httpCode)
    {
        try
        {
            var json = new Utf8JsonReader(body);
            if (json.Read() && json.TokenType == JsonTokenType.StartObject)
            {
                var status = Decode(ref json);
                return status.Code == 0 ? status with { Code = httpCode } : status;
            }
        }
        catch (Exception e) when (e is JsonException or UnexpectedValueException)
        {
            // Quoted below.
        }
        var text = Encoding.UTF8.GetString(body.Slice(0, Math.Min(body.Length, LongestQuote)));
        return new ApiStatus { Code = httpCode, Message = text.ReplaceLineEndings(" ").Trim() };
    }

    internal static ApiStatus Decode(ref Utf8JsonReader json)
    {
        var code = 0;
        string reason = "", message = "";
        ValueArray<StatusCause> causes = default;
        TimeSpan? retryAfter = null;
        while (json.NextField())
        {
            if (json.IsField("code"u8)) { code = json.ReadInt(); }
            else if (json.IsField("reason"u8)) { reason = json.ReadString(); }
            else if (json.IsField("message"u8)) { message = json.ReadString(); }
            else if (json.IsField("details"u8) && json.EnterObject())
            {
                while (json.NextField())
                {
                    if (json.IsField("causes"u8)) { causes = json.ReadObjects(DecodeCause); }
                    else if (json.IsField("retryAfterSeconds"u8)) { retryAfter = TimeSpan.FromSeconds(json.ReadInt()); }
                    else { json.SkipValue(); }
                }
            }
            else { json.SkipValue(); }
        }
        return new ApiStatus { Code = code, Reason = reason, Message = message, Causes = causes, RetryAfter = retryAfter };
    }

    private static StatusCause DecodeCause(ref Utf8JsonReader json)
    {
        string reason = "", message = "", field = "";
        while (json.NextField())
        {
            if (json.IsField("reason"u8)) { reason = json.ReadString(); }
            else if (json.IsField("message"u8)) { message = json.ReadString(); }
            else if (json.IsField("field"u8)) { field = json.ReadString(); }
            else { json.SkipValue(); }
        }
        return new StatusCause(reason, message, field);
    }
}

/// <summary>One reason of several why an object was refused.</summary>
public sealed record StatusCause(string Reason, string Message, string Field);
