using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Straum.Cli.Terminal;
using Straum.Lab;
using Straum.Lab.Processes;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab status</c>: is there a lab, whose is it, and do its processes run. JSON: <see cref="LabStatus"/>.</summary>
internal static class LabStatusCommand
{
    private static readonly OutputOption Output = new();

    public static Command Create() => new Command("status", "Show whether a lab runs, whose it is, and its processes") { Output }.Does(RunAsync);

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
            await output.WriteLineAsync(status.LockedBy is { } holder
                ? $"No lab is running; {holder} holds the lab's lock."
                : $"No lab is running. Next: {ProgramName.AsTyped} lab up");
        }
        else
        {
            Draw(Screen.For(parse), status);
        }
        return status.IsGood ? ExitCode.Ok : ExitCode.Problem;
    }

    /// <summary>Whose lab it is, and until when.</summary>
    internal static string WhoseIs(LabStatus status) => status switch
    {
        { Owner: { Running: true } owner } => $"that of {new RunningProcess(owner.Pid, owner.Command)}, which removes it when it ends",
        { Owner: { } owner } => $"nobody's: process {owner.Pid}, which it was built for, has ended",
        { InUse: true } => "a user's, until straum lab down",
        _ => "nobody's: none of its processes runs",
    };

    private static void Draw(IAnsiConsole screen, LabStatus status)
    {
        screen.MarkupLineInterpolated($"{status.State}: {status.Nodes} {(status.Nodes == 1 ? "node" : "nodes")}, {status.Mode} routing, since {status.CreatedAt?.ToLocalTime():yyyy-MM-dd HH:mm:ss}");
        screen.MarkupLineInterpolated($"the lab is {WhoseIs(status)}");
        if (status.LockedBy is { } holder && holder.Pid != status.Owner?.Pid)
        {
            screen.MarkupLineInterpolated($"{holder} holds the lab's lock");
        }
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
