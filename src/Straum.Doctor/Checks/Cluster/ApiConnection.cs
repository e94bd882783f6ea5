using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Cluster;

/// <summary>The agent's watches at the API server, which it reaches before any Service works.</summary>
internal sealed class ApiConnection : Check
{
    private const double SilentSeconds = 300;

    public override string Id => "ST-CL-002";

    public override string Title => "the agent hears from the API server";

    public override CheckGroup Group => CheckGroup.Cluster;

    public override Explanation Explanation { get; } = new(
        Why: "Without kube-proxy nobody translates the kubernetes Service until the agent does, so the agent must reach the API server by its own address. A watch that is open and silent is one that a firewall forgot.",
        Threshold: "fail when the last request failed or a watch has no first list; warn when nothing, not even a bookmark, came for 300 s",
        Source: "the agent's own report, straum status; the API server sends bookmarks every minute",
        Fix: "curl -k https://HOST:PORT/readyz   # kubernetes: {serviceHost: HOST, servicePort: PORT} in /etc/straum/straum.yaml; not the address of a Service");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await AgentReport.AskAsync(host, "status", stop).ConfigureAwait(false) is not { } status)
        {
            return [AgentReport.NoAgent(host)];
        }
        if (!status.TryGetProperty("api", out var api))
        {
            return [Finding.Unknown("the agent does not say")];
        }
        var silent = api.Items("watches").Where(static w => w.Number("ageSeconds") > SilentSeconds).Select(static w => w.Text("kind")).ToList();
        return [api.Text("lastError") is { Length: > 0 } error ? Finding.Fail(error, api.Text("server"))
            : api.Flag("synced") == false ? Finding.Fail("not every watch has its first list", api.Text("server"))
            : silent.Count > 0 ? Finding.Warn("nothing heard of " + Reading.Figure.Names(silent), api.Text("server"))
            : Finding.Pass($"{api.Items("watches").Count()} watches", api.Text("server"))];
    }
}
