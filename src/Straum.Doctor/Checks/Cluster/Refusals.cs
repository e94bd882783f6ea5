using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cluster;

/// <summary>Packets that Straum's programs refuse right now.</summary>
internal sealed class Refusals : Check
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    public override string Id => "ST-CL-007";

    public override string Title => "the programs refuse nothing";

    public override CheckGroup Group => CheckGroup.Cluster;

    public override Explanation Explanation { get; } = new(
        Why: "Every packet that Straum drops has a reason and is counted under it. Some refusals are right; those that go on while somebody complains are where to look first.",
        Threshold: "over ten seconds: warn for each reason that rises",
        Source: "the programs' own counters, straum drops",
        Fix: "straum drops   # says for each reason what to look at");

    public override bool BeforeInstall => false;

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await ReadAsync(host, stop).ConfigureAwait(false) is not { } before)
        {
            return [AgentReport.NoAgent(host)];
        }
        await host.PauseAsync(Window, stop).ConfigureAwait(false);
        var after = await ReadAsync(host, stop).ConfigureAwait(false) ?? before;
        var rising = after.Where(d => d.Value.Packets > before.GetValueOrDefault(d.Key).Packets).Select(d => Finding.Warn(
            $"{d.Value.What}: {Figure.Count((long)(d.Value.Packets - before.GetValueOrDefault(d.Key).Packets))} in {Window.TotalSeconds:0} s", d.Key, d.Value.Hint)).ToList();
        return Several(rising, Finding.Pass("none in ten seconds"));
    }

    private static async Task<Dictionary<string, (double Packets, string What, string Hint)>?> ReadAsync(IHost host, CancellationToken stop) =>
        await AgentReport.AskAsync(host, "drops", stop).ConfigureAwait(false) is { } report
            ? report.Items("drops").GroupBy(static d => $"{d.Text("reason")} at {d.Text("place")}")
                .ToDictionary(static g => g.Key, static g => (g.Sum(static d => d.Number("packets") ?? 0), g.First().Text("what"), g.First().Text("hint")))
            : null;
}
