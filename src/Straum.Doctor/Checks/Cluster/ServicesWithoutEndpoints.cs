using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cluster;

/// <summary>Services that refuse every connection.</summary>
internal sealed class ServicesWithoutEndpoints : Check
{
    public override string Id => "ST-CL-004";

    public override string Title => "every Service has somebody behind it";

    public override CheckGroup Group => CheckGroup.Cluster;

    public override Explanation Explanation { get; } = new(
        Why: "Connections to a Service without a ready endpoint are refused at once. Mostly the selector does not fit the pods' labels, or no pod is ready.",
        Threshold: "warn for each Service of which no frontend has a backend",
        Source: "the kernel's tables as the agent reads them, straum services",
        Fix: "kubectl get service NAME -n NAMESPACE -o wide; kubectl get pods -n NAMESPACE --show-labels   # does the Service's selector fit, and is a pod ready?");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await AgentReport.AskAsync(host, "services", stop).ConfigureAwait(false) is not { } report)
        {
            return [AgentReport.NoAgent(host)];
        }
        var services = report.Items("services").GroupBy(static s => s.Text("service")).Where(static g => g.Key is not "").ToList();
        var wrong = services.Where(static g => !g.Any(static f => f.Items("backends").Any())).Select(static g => Finding.Warn("no endpoints", g.Key, Fix(g.Key))).ToList();
        return Several(wrong, Finding.Pass(Figure.Count(services.Count, "Service")));
    }

    private static string? Fix(string service) => service.Split('/') is [var space, var name]
        ? $"kubectl get service {name} -n {space} -o wide; kubectl get pods -n {space} --show-labels   # does the Service's selector fit, and is a pod ready?" : null;
}
