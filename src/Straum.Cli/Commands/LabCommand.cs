using System.CommandLine;
using Straum.Agent.Configuration;
using Straum.Cli.Terminal;
using Straum.Kubernetes.Client;
using Straum.Lab;
using Straum.Linux;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab …</c>: a Kubernetes cluster of network namespaces on this machine.</summary>
internal static class LabCommand
{
    /// <summary>Where the lab finds its programs: beside this one.</summary>
    public static LabPaths Paths { get; } = new(Path.GetDirectoryName(Environment.ProcessPath) ?? ".");

    public static Command Create() => new("lab", "A Kubernetes cluster on this machine, to try Straum and to test it")
    {
        LabUpCommand.Create(),
        LabDownCommand.Create(),
        LabStatusCommand.Create(),
        LabCheckCommand.Create(),
        LabExecCommand.Create(),
        LabKubectlCommand.Create(),
        LabLogsCommand.Create(),
        LabRunCommand.Create(),
        LabRelayCommand.Create(),
        LabAskCommand.Create(),
    };

    /// <summary>Sets what a command of the lab does; the lab's faults become the program's.</summary>
    public static Command Does(this Command command, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parse, stop) =>
        {
            try
            {
                return await action(parse, stop);
            }
            catch (LabNameException e)
            {
                throw new CommandFault(
                    $"lab {command.Name}", e.Message, NearestName.Find(e.Name, e.Names) is { } nearest ? $"did you mean {nearest}?" : e.Hint, ExitCode.Usage, e);
            }
            catch (LabException e)
            {
                throw new CommandFault($"lab {command.Name}", e.Message, e.Hint, inner: e);
            }
            catch (LinuxException e)
            {
                throw new CommandFault($"lab {command.Name}", e.Message, inner: e);
            }
            catch (KubernetesException e)
            {
                throw new CommandFault($"lab {command.Name}", e.Message, "straum lab status", e.StatusCode is null ? ExitCode.Unreachable : ExitCode.Problem, e);
            }
        });
        return command;
    }
}
