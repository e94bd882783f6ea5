using System.Globalization;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cluster;

/// <summary>How long a change takes from the event that tells of it to the kernel's tables.</summary>
internal sealed class Convergence : Check
{
    private const string Histogram = "straum_event_to_kernel_seconds";
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    public override string Id => "ST-CL-006";

    public override string Title => "changes reach the kernel at once";

    public override CheckGroup Group => CheckGroup.Cluster;

    public override Explanation Explanation { get; } = new(
        Why: "While a change is on its way, connections still go to a pod that has ended. From the event's arrival on, this node is to blame; a slow etcd, which delays the event itself, shows in ST-DI-004.",
        Threshold: "warn when for any kind of object the 99th percentile since the agent's start is above 1 s",
        Source: "the agent's histogram straum_event_to_kernel_seconds at its socket; docs/reference/metrics.md",
        Fix: "straum status   # eventToKernel; then ST-CP-001 and ST-CP-003: is there CPU for the agent?");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await host.AskAgentAsync("/metrics", stop).ConfigureAwait(false) is not { } page)
        {
            return [AgentReport.NoAgent(host)];
        }
        var kinds = MetricHistogram.ReadEach(page, Histogram, "kind");
        var slow = kinds.Where(static k => k.Value.Percentile(0.99) > Slow)
            .Select(static k => Finding.Warn($"p99 at most {Figure.Time(k.Value.Percentile(0.99))} of {Figure.Count(k.Value.Count)}", k.Key)).ToList();
        return kinds.Count == 0 ? [Finding.Unknown("no change has reached the kernel since the agent's start")]
            : Several(slow, Finding.Pass($"p99 at most {Figure.Time(kinds.Values.Max(static k => k.Percentile(0.99)))} of {Figure.Count(kinds.Values.Sum(static k => k.Count))} changes, {kinds.Count.ToString(CultureInfo.InvariantCulture)} kinds"));
    }
}
