using System.CommandLine;
using Spectre.Console;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Cli.Agents;
using Straum.Cli.Terminal;

namespace Straum.Cli.Commands;

/// <summary><c>straum services</c>: Services as the kernel tables have them. JSON: <see cref="ServicesReport"/> per node.</summary>
internal static class ServicesCommand
{
    public static Command Create() => ReportCommand.Create("services", "Services and their backends as the kernel has them", LocalApiResources.Services, Draw);

    private static void Draw(IAnsiConsole screen, IReadOnlyList<ServicesReport> reports)
    {
        var table = new NodeTable("SERVICE", "PORT", "KIND", "FRONTEND", "BACKEND", "POD", "ON");
        var frontends = reports.SelectMany(static report => report.Services.Select(frontend => (report.Node, Frontend: frontend)));
        foreach (var (node, frontend) in frontends.OrderBy(static f => f.Frontend.Service is "").ThenBy(static f => f.Frontend.Service, StringComparer.Ordinal))
        {
            table.Add(node, LinesOf(frontend));
        }
        table.Draw(screen, "no Services in the kernel");
    }

    private static List<string[]> LinesOf(FrontendReport frontend)
    {
        string[] front =
        [
            frontend.Service is "" ? "(unknown)" : frontend.Service, frontend.PortName, frontend.Kind + (frontend.Scope == "external" ? " external" : ""),
            $"{EndPointText.Of(frontend.Address, frontend.Port)}/{frontend.Protocol}",
        ];
        return frontend.Backends.Count == 0
            ? [[.. front, "none", "", ""]]
            : [.. frontend.Backends.Select(b => (string[])[.. front, EndPointText.Of(b.Address, b.Port), b.Pod, b.Node])];
    }
}
