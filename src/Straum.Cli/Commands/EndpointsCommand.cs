using System.CommandLine;
using Spectre.Console;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Cli.Agents;
using Straum.Cli.Terminal;

namespace Straum.Cli.Commands;

/// <summary><c>straum endpoints</c>: backends as the kernel tables have them. JSON: <see cref="EndpointsReport"/> per node.</summary>
internal static class EndpointsCommand
{
    public static Command Create() => ReportCommand.Create("endpoints", "Backends as the kernel has them, and the Services that use them", LocalApiResources.Endpoints, Draw);

    private static void Draw(IAnsiConsole screen, IReadOnlyList<EndpointsReport> reports)
    {
        var table = new NodeTable("ENDPOINT", "POD", "ON", "STATE", "SERVICES");
        foreach (var report in reports)
        {
            foreach (var endpoint in report.Endpoints)
            {
                table.Add(report.Node, $"{EndPointText.Of(endpoint.Address, endpoint.Port)}/{endpoint.Protocol}", endpoint.Pod, endpoint.Node, endpoint.State, string.Join(',', endpoint.Services));
            }
        }
        table.Draw(screen, "no endpoints in the kernel");
    }
}
