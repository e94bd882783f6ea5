using System.CommandLine;
using Straum.Cli.Terminal;
using Straum.Lab.Supervision;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab run</c>: the lab's supervisor. Started by <c>lab up</c>, not by people.</summary>
internal static class LabRunCommand
{
    public static Command Create() => new Command("run", "Keep the lab alive (started by lab up)") { Hidden = true }.Does(static async (parse, stop) =>
    {
        await Supervisor.RunAsync(LabCommand.Paths, parse.InvocationConfiguration.Output, stop);
        return ExitCode.Ok;
    });
}
