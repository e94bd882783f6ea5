using System.CommandLine;
using Straum.Cli.Agents;
using Straum.Cli.Targets;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum exec POD|CONTAINER|PID -- COMMAND…</c>: a program of the host inside a pod's network namespace. Input, output and
/// exit code are the program's.
/// </summary>
internal static class ExecCommand
{
    /// <summary>What a command that works on a target takes.</summary>
    internal static readonly Argument<string> Target = new("target")
    {
        Description = "A pod (name or namespace/name), the id of a container or of a process, or a place in the lab",
    };

    internal static readonly Option<string[]> Socket = new("--socket") { Description = "Ask the agent at this socket for pods", HelpName = "path" };

    private static readonly Argument<string[]> Words = new("command")
    {
        Description = "After --: the command and its arguments",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        var command = new Command("exec", "Run a command of this host inside a pod's network: exec web-1 -- ss -tn") { Target, Words, Socket };
        command.SetAction(static async (parse, stop) =>
        {
            var target = await FindAsync(parse, stop);
            using var signals = new SignalRelay();
            using var process = TargetProcess.Start(target, parse.GetRequiredValue(Words), keepTerminal: true);
            return await signals.WaitAsync(process);
        });
        return command;
    }

    /// <summary>The target that a command line names.</summary>
    internal static Task<NetworkTarget> FindAsync(ParseResult parse, CancellationToken stop) =>
        new TargetFinder(AgentSockets.Default.Find(node: null, parse.GetValue(Socket) ?? []), new ContainerProcesses())
            .FindAsync(parse.GetRequiredValue(Target), stop);
}
