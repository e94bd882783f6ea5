using System.CommandLine;
using Spectre.Console;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Cli.Agents;

namespace Straum.Cli.Commands;

/// <summary><c>straum routes</c>: where a node sends packets for the rest of the cluster. JSON: <see cref="RoutesReport"/> per node.</summary>
internal static class RoutesCommand
{
    public static Command Create() => ReportCommand.Create("routes", "Where packets for other nodes and their pods go", LocalApiResources.Routes, Draw);

    private static void Draw(IAnsiConsole screen, IReadOnlyList<RoutesReport> reports)
    {
        var table = new NodeTable("PREFIX", "KIND", "PEER", "VIA", "DEVICE", "INSTALLED");
        var routes = reports.SelectMany(static report => report.Routes.Select(route => (report.Node, Route: route)));
        foreach (var (node, route) in routes.OrderBy(static r => r.Route.Prefix.Contains(':')).ThenBy(static r => r.Route.Prefix, StringComparer.Ordinal))
        {
            table.Add(node, route.Prefix, route.Kind, route.Peer, route.Encapsulation is "" ? route.Via : $"{route.Encapsulation} {route.Via}", route.Device, route.Installed ? "yes" : "no");
        }
        table.Draw(screen, "no routes");
    }
}
