using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cluster;

/// <summary>How long a change takes from its object to the kernel's tables.</summary>
internal sealed class Convergence : Check
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    public override string Id => "ST-CL-006";

    public override string Title => "changes reach the kernel at once";

    public override CheckGroup Group => CheckGroup.Cluster;

    public override Explanation Explanation { get; } = new(
        Why: "While a change is on its way, connections still go to a pod that has ended. The agent's pass over what changed is the part that this node is to blame for; a slow etcd, which delays the event itself, shows in ST-DI-004.",
        Threshold: "warn when the last pass took more than 1 s",
        Source: "the agent's own report, straum status (reconcile)",
        Fix: "straum status; see ST-CP-001 and ST-CP-003: is there CPU for the agent?");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await AgentReport.AskAsync(host, "status", stop).ConfigureAwait(false) is not { } status)
        {
            return [AgentReport.NoAgent(host)];
        }
        if (!status.TryGetProperty("reconcile", out var reconcile) || reconcile.Number("tookMilliseconds") is not { } milliseconds || reconcile.Number("ageSeconds") is null)
        {
            return [Finding.Unknown("no pass has succeeded yet")];
        }
        var took = TimeSpan.FromMilliseconds(milliseconds);
        var measured = $"the last pass took {Figure.Time(took)}";
        return [took > Slow ? Finding.Warn(measured) : Finding.Pass(measured)];
    }
}
