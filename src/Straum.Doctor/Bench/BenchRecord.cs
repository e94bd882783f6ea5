using System.Text.Encodings.Web;
using System.Text.Json;
using Straum.Linux;

namespace Straum.Doctor.Bench;

/// <summary>What one run of <c>straum bench</c> measured, and where: a figure without its machine and kernel says nothing.</summary>
/// <param name="Command">As it can be typed again: <c>straum bench disk /var/lib</c>.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Kernel">As uname -r says it.</param>
/// <param name="Cpus">Online.</param>
/// <param name="Time">When it began.</param>
/// <param name="Figures">In the order of measuring.</param>
public sealed record BenchRecord(string Command, string Host, string Kernel, int Cpus, DateTimeOffset Time, IReadOnlyList<BenchFigure> Figures)
{
    private static readonly JsonWriterOptions Style = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A record of this machine, now.</summary>
    public static BenchRecord OfThisMachine(string command, DateTimeOffset time, IReadOnlyList<BenchFigure> figures) => new(
        command, File.ReadAllText("/proc/sys/kernel/hostname").Trim(), File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), OnlineCpus.Count(), time, figures);

    public byte[] ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Style))
        {
            json.WriteStartObject();
            json.WriteString("command", Command);
            json.WriteString("host", Host);
            json.WriteString("kernel", Kernel);
            json.WriteNumber("cpus", Cpus);
            json.WriteString("time", Time);
            json.WriteStartArray("figures");
            foreach (var figure in Figures)
            {
                json.WriteStartObject();
                json.WriteString("name", figure.Name);
                json.WriteNumber("value", Math.Round(figure.Value, 3));
                json.WriteString("unit", figure.Unit);
                json.WriteString("better", figure.LowerIsBetter ? "lower" : "higher");
                if (figure.Note is { } note)
                {
                    json.WriteString("note", note);
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <exception cref="JsonException">The text is not a record.</exception>
    public static BenchRecord Parse(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        try
        {
            var root = document.RootElement;
            return new BenchRecord(
                Text(root, "command"), Text(root, "host"), Text(root, "kernel"), root.GetProperty("cpus").GetInt32(), root.GetProperty("time").GetDateTimeOffset(),
                [.. root.GetProperty("figures").EnumerateArray().Select(static f => new BenchFigure(Text(f, "name"), f.GetProperty("value").GetDouble(), Text(f, "unit"), Text(f, "better") == "lower", f.TryGetProperty("note", out var note) ? note.GetString() : null))]);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException("not a record of straum bench: " + e.Message, e);
        }

        static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? "";
    }
}
