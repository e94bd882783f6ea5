using System.Text.Json;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cluster;

/// <summary>What the agent says of itself.</summary>
internal sealed class AgentState : Check
{
    private const string Restart =
        "journalctl -u straum -n 50; systemctl restart straum   # or: kubectl -n kube-system delete pod -l app.kubernetes.io/name=straum --field-selector spec.nodeName=$(hostname)";

    public override string Id => "ST-CL-001";

    public override string Title => "the agent does what it is told";

    public override CheckGroup Group => CheckGroup.Cluster;

    public override Explanation Explanation { get; } = new(
        Why: "Traffic goes on without the agent, but nothing changes any more: new pods get no network, Services keep old endpoints.",
        Threshold: "fail when it does not answer although Straum is on this node, when the node waits, its last pass failed, a program is not attached or a problem is an error; warn for its warnings",
        Source: "the agent's own report, straum status",
        Fix: "straum status; journalctl -u straum -n 50   # or: kubectl -n kube-system logs -l app.kubernetes.io/name=straum --tail 50");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        JsonElement? report;
        try
        {
            report = await AgentReport.AskAsync(host, "status", stop).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            return [Finding.Fail($"it hangs: {e.Message}", fix: Restart)];
        }
        if (report is not { } status)
        {
            return [AgentReport.IsInstalled(host) ? Finding.Fail($"it does not run: nobody answers at {host.Options.AgentSocket}", fix: Restart) : AgentReport.NoAgent(host)];
        }
        var wrong = new List<Finding>();
        if (status.Text("waiting") is { Length: > 0 } waiting)
        {
            wrong.Add(Finding.Fail("not programmed: " + waiting));
        }
        if (status.TryGetProperty("reconcile", out var reconcile) && reconcile.Text("failure") is { Length: > 0 } failure)
        {
            wrong.Add(Finding.Fail("the last pass failed: " + failure));
        }
        wrong.AddRange(status.Items("programs").Where(static p => p.Flag("attached") == false)
            .Select(static p => Finding.Fail($"{p.Text("name")} is not at {p.Text("hook")} of {p.Text("target")}", p.Text("target"))));
        wrong.AddRange(status.Items("problems").Where(static p => p.Text("severity") is "error" or "warning").Select(static p => new Finding(
            p.Text("severity") == "error" ? Verdict.Fail : Verdict.Warn, p.Text("message"), p.Text("object"), p.Text("fix") is { Length: > 0 } fix ? fix : null)));
        return Several(wrong, Finding.Pass($"straum {status.Text("version")}, up {Figure.Time(TimeSpan.FromSeconds(status.Number("uptimeSeconds") ?? 0))}"));
    }
}
