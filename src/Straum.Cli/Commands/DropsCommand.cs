using System.CommandLine;
using Spectre.Console;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Cli.Agents;

namespace Straum.Cli.Commands;

/// <summary><c>straum drops</c>: what the programs refused, why, and what to look at. JSON: <see cref="DropsReport"/> per node.</summary>
internal static class DropsCommand
{
    public static Command Create() => ReportCommand.Create("drops", "What was dropped, why, and what to look at", LocalApiResources.Drops, Draw);

    private static void Draw(IAnsiConsole screen, IReadOnlyList<DropsReport> reports)
    {
        var table = new NodeTable("REASON", "WHERE", "PACKETS", "BYTES", "WHAT", "LOOK AT");
        foreach (var report in reports)
        {
            foreach (var drop in report.Drops)
            {
                table.Add(report.Node, drop.Reason, drop.Place, drop.Packets.ToString(), drop.Bytes.ToString(), drop.What, drop.Hint);
            }
        }
        table.Draw(screen, "nothing was dropped");
    }
}
