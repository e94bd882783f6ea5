using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Straum.Agent.Cni;

/// <summary>What the plugin prints on stdout, and how it exits.</summary>
/// <param name="Body">One JSON object, or nothing.</param>
/// <param name="ExitCode">0 for success, 1 for an error object.</param>
public sealed record CniResponse(ReadOnlyMemory<byte> Body, int ExitCode)
{
    /// <summary>The success of everything but ADD and VERSION, which print nothing.</summary>
    public static readonly CniResponse Done = new(default, 0);

    /// <summary>Kept readable: this is printed to terminals and logs, not into HTML.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static CniResponse Failure(CniVersion version, CniError error) => new(Write(json =>
    {
        json.WriteString("cniVersion", version.ToString());
        json.WriteNumber("code", (int)error.Code);
        json.WriteString("msg", error.Message);
        json.WriteString("details", error.Details);
    }), 1);

    public static CniResponse Success(CniVersion version, CniResult result) => new(Write(json => result.WriteTo(json, version)), 0);

    public static CniResponse Versions(CniVersion version) => new(Write(json =>
    {
        json.WriteString("cniVersion", version.ToString());
        json.WriteStartArray("supportedVersions");
        foreach (var supported in CniVersion.Supported)
        {
            json.WriteStringValue(supported.ToString());
        }
        json.WriteEndArray();
    }), 0);

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
