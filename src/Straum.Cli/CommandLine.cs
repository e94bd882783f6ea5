using System.CommandLine;
using Straum.Cli.Commands;
using Straum.Cli.Terminal;

namespace Straum.Cli;

/// <summary>
/// The whole program as a function of its arguments: the list of commands, and what every command shares
/// (how faults are printed, which exit code they have).
/// </summary>
/// <remarks>
/// How to add a command:
/// 1. <c>Commands/NameCommand.cs</c>: a static class whose <c>Command Create()</c> declares arguments, options and the action;
///    the action returns an <see cref="ExitCode"/>, writes to <c>parse.InvocationConfiguration.Output</c> (or
///    <see cref="Screen"/> for tables) and throws <see cref="CommandFault"/> for what it cannot do.
/// 2. One line in <see cref="CreateRoot"/>.
/// 3. A command that prints data takes <see cref="OutputOption"/>, and its JSON is a documented record.
/// 4. A line in docs/reference/cli.md.
/// 5. A test in <c>Straum.Cli.Tests</c> that runs it through <see cref="RunAsync"/>.
/// </remarks>
internal static class CommandLine
{
    /// <summary>Runs one command line. Returns the exit code; see <see cref="ExitCode"/> for their meaning.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, CancellationToken stop)
    {
        var parse = CreateRoot().Parse(LabKubectlCommand.Literally(arguments));
        if (UsageFault.Of(parse) is { } misuse)
        {
            await error.WriteLineAsync(misuse.Message);
            return misuse.ExitCode;
        }

        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // Commands end themselves on SIGTERM (draining takes as long as the user asked for), so no deadline here.
            ProcessTerminationTimeout = Timeout.InfiniteTimeSpan,
        };
        try
        {
            return await parse.InvokeAsync(invocation, stop);
        }
        catch (CommandFault fault)
        {
            await error.WriteLineAsync(fault.Message);
            return fault.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            var fault = UnexpectedFault.Of(UsageFault.NameOf(parse), e);
            await error.WriteLineAsync(fault.Message);
            if (UnexpectedFault.IsBug(e))
            {
                await error.WriteLineAsync(e.ToString());
            }
            return fault.ExitCode;
        }
    }

    internal static RootCommand CreateRoot() => new("Straum: a complete Kubernetes network in one program.")
    {
        AgentCommand.Create(),
        ApiServerCommand.Create(),
        BenchCommand.Create(),
        CaptureCommand.Create(),
        ConfigCommand.Create(),
        DoctorCommand.Create(),
        DropsCommand.Create(),
        EchoCommand.Create(),
        EndpointsCommand.Create(),
        ExecCommand.Create(),
        ImportCommand.Create(),
        InstallCniCommand.Create(),
        LabCommand.Create(),
        PodsCommand.Create(),
        ProbeCommand.Create(),
        EvidenceCommand.Create(),
        RoutesCommand.Create(),
        ServicesCommand.Create(),
        StatusCommand.Create(),
        TuneCommand.Create(),
        UninstallCommand.Create(),
        VerifyCommand.Create(),
    };
}
