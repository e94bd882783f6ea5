using System.Text.Encodings.Web;
using System.Text.Json;

namespace Straum.Doctor.Reporting;

/// <summary>
/// A report for programs: <c>{host, kernel, time, tookMilliseconds, verdict, exitCode, counts, checks: [{id, title, group,
/// verdict, ignored, tookMilliseconds, threshold, source, findings: [{verdict, measured, subject, fix}]}]}</c>. Fields are
/// added, never renamed; subject and fix are left out when there is none.
/// </summary>
public static class JsonReport
{
    private static readonly JsonWriterOptions Style = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(DoctorReport report, Stream output)
    {
        using var json = new Utf8JsonWriter(output, Style);
        json.WriteStartObject();
        json.WriteString("host", report.Host);
        json.WriteString("kernel", report.Kernel);
        json.WriteString("time", report.Time);
        json.WriteNumber("tookMilliseconds", (long)report.Took.TotalMilliseconds);
        json.WriteString("verdict", NameOf(report.Verdict));
        json.WriteNumber("exitCode", report.ExitCode);
        json.WriteStartObject("counts");
        foreach (var verdict in Enum.GetValues<Verdict>())
        {
            json.WriteNumber(NameOf(verdict), report.Count(verdict));
        }
        json.WriteEndObject();
        json.WriteStartArray("checks");
        foreach (var result in report.Results)
        {
            Write(result, json);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>pass, warn, fail, unknown, skip.</summary>
    public static string NameOf(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    private static void Write(CheckResult result, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", result.Check.Id);
        json.WriteString("title", result.Check.Title);
        json.WriteString("group", result.Check.Group.ToString().ToLowerInvariant());
        json.WriteString("verdict", NameOf(result.Verdict));
        if (result.Ignored)
        {
            json.WriteBoolean("ignored", true);
        }
        json.WriteNumber("tookMilliseconds", (long)result.Took.TotalMilliseconds);
        json.WriteString("threshold", result.Check.Explanation.Threshold);
        json.WriteString("source", result.Check.Explanation.Source);
        json.WriteStartArray("findings");
        foreach (var finding in result.Findings)
        {
            json.WriteStartObject();
            json.WriteString("verdict", NameOf(finding.Verdict));
            json.WriteString("measured", finding.Measured);
            if (finding.Subject is not "")
            {
                json.WriteString("subject", finding.Subject);
            }
            if (finding.Verdict is Verdict.Warn or Verdict.Fail || finding.Fix is not null)
            {
                json.WriteString("fix", finding.Fix ?? result.Check.Explanation.Fix);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
