using System.Globalization;
using Straum.Doctor.Checks.Cluster;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Conntrack;

/// <summary>How full Straum's own tables are: flows, Services, backends, pods.</summary>
internal sealed class AgentTables : Check
{
    private const double WarnPercent = 75, FailPercent = 90, MostEntries = 16_777_216;

    public override string Id => "ST-CT-005";

    public override string Title => "Straum's tables have room";

    public override CheckGroup Group => CheckGroup.Conntrack;

    public override Explanation Explanation { get; } = new(
        Why: "A full flow table refuses new connections rather than forget established ones; a full Service or backend table leaves what does not fit without translation.",
        Threshold: "warn at 75 %, fail at 90 % of a table's size",
        Source: "the agent's own report, straum status; 90 % as for the kernel's table",
        Fix: "tables: {NAME: ENTRIES}   # in /etc/straum/straum.yaml, then restart the agent");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await AgentReport.AskAsync(host, "status", stop).ConfigureAwait(false) is not { } status)
        {
            return [AgentReport.NoAgent(host)];
        }
        var findings = new List<Finding>();
        foreach (var table in status.Items("tables"))
        {
            var (used, size) = (table.Number("used") ?? 0, table.Number("size") ?? 0);
            var percent = size == 0 ? 0 : 100 * used / size;
            var measured = $"{Figure.Count((long)used)} of {Figure.Count((long)size)} entries ({Figure.Percent(percent)})";
            var fix = percent >= WarnPercent && table.Text("key") is { Length: > 0 } key ? Fix(key, size) : null;
            findings.Add(new Finding(percent >= FailPercent ? Verdict.Fail : percent >= WarnPercent ? Verdict.Warn : Verdict.Pass, measured, table.Text("name"), fix));
        }
        return findings.Count > 0 ? findings : [Finding.Unknown("the agent reports no tables")];
    }

    /// <param name="key">tables.conntrack.</param>
    /// <param name="size">Its value now.</param>
    private static string Fix(string key, double size)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{key[..dot]}: {{{key[(dot + 1)..]}: {Math.Min(2 * size, MostEntries):0}}}   # in /etc/straum/straum.yaml, then restart the agent; now {size:0}");
    }
}
