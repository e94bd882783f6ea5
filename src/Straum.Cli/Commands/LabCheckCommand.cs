using System.CommandLine;
using System.Text.Json;
using Straum.Cli.Terminal;
using Straum.Lab;
using Straum.Lab.Check;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab check</c>: what reaches what in the running lab, and how fast. JSON: <see cref="CheckReport"/>.</summary>
internal static class LabCheckCommand
{
    private static readonly OutputOption Output = new();

    public static Command Create() => new Command("check", "Check what reaches what, IPv4 and IPv6; exit code 1 when anything does not") { Output }.Does(RunAsync);

    /// <summary>Runs the check on the lab of this machine.</summary>
    /// <param name="progress">Where to show how far it is.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<CheckReport> CheckAsync(LabProgress progress, CancellationToken stop)
    {
        var record = LabCluster.Running();
        using var client = await ApiAccess.TryConnectAsync(stop)
            ?? throw new LabException("the API server does not answer", "straum lab status, straum lab logs apiserver");
        try
        {
            return await new ReachabilityCheck(LabCommand.Paths, record, client).RunAsync(progress, stop);
        }
        finally
        {
            progress.Clear();
        }
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        var report = await CheckAsync(new LabProgress(parse.InvocationConfiguration.Error), stop);
        if (Output.IsJson(parse))
        {
            await parse.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(report, LabJson.Default.CheckReport));
        }
        else
        {
            LabCheckScreen.Draw(Screen.For(parse), report, null);
        }
        return report.IsGood ? ExitCode.Ok : ExitCode.Problem;
    }
}
