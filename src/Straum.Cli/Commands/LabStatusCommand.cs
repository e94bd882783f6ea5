using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Straum.Cli.Terminal;
using Straum.Lab;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab status</c>: is there a lab, and do its processes run. JSON: <see cref="LabStatus"/>.</summary>
internal static class LabStatusCommand
{
    private static readonly OutputOption Output = new();

    public static Command Create() => new Command("status", "Show whether a lab runs, and its processes") { Output }.Does(RunAsync);

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        var status = LabStatus.Read();
        var output = parse.InvocationConfiguration.Output;
        if (Output.IsJson(parse))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(status, LabJson.Default.LabStatus));
        }
        else if (status.State is "absent")
        {
            await output.WriteLineAsync($"No lab is running. Next: {ProgramName.AsTyped} lab up");
        }
        else
        {
            Draw(Screen.For(parse), status);
        }
        return status.IsGood ? ExitCode.Ok : ExitCode.Problem;
    }

    private static void Draw(IAnsiConsole screen, LabStatus status)
    {
        screen.MarkupLineInterpolated($"{status.State}: {status.Nodes} {(status.Nodes == 1 ? "node" : "nodes")}, {status.Mode} routing, since {status.CreatedAt?.ToLocalTime():yyyy-MM-dd HH:mm:ss}");
        screen.MarkupLineInterpolated($"kubeconfig: {status.Kubeconfig}");
        screen.WriteLine();
        var table = Screen.Columns("PROCESS", "STATE", "PID", "RESTARTS", "LAST EXIT", "RUNNING SINCE");
        foreach (var process in status.Processes)
        {
            table.AddRow(
                process.Name,
                process.Running ? "[green]running[/]" : "[red]down[/]",
                process.Pid.ToString(CultureInfo.InvariantCulture),
                process.Restarts.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(process.LastExit ?? "-"),
                process.Running ? process.StartedAt.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture) : "-");
        }
        screen.Write(table);
    }
}
