using System.CommandLine;
using Microsoft.Extensions.Logging;
using Straum.Agent.Configuration;
using Straum.Agent.Daemon;
using Straum.Cli.Terminal;
using Straum.Datapath.Programs;
using Straum.Kubernetes.Client;
using Straum.Linux;

namespace Straum.Cli.Commands;

/// <summary><c>straum agent</c>: the daemon of one node.</summary>
internal static class AgentCommand
{
    private static readonly Option<string> Config = new("--config")
    {
        Description = "straum.yaml, or a ConfigMap with that key",
        HelpName = "file",
        Required = true,
    };

    public static Command Create()
    {
        var command = new Command("agent", "Run the agent of this node (as root)") { Config };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        if (ConfigFile.Read(parse.GetRequiredValue(Config), parse.InvocationConfiguration.Error) is not { Options: var options })
        {
            return ExitCode.Problem;
        }

        using var logs = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(LevelOf(options.Log.Level))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddLogLines());
        try
        {
            await AgentDaemon.RunAsync(options, logs, stop);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is LinuxException or IOException or ClusterConfigException or ExchangeUnfinishedException)
        {
            throw new CommandFault("agent", e.Message, "the agent has ended; traffic goes on with what the kernel holds", inner: e);
        }
    }

    private static LogLevel LevelOf(LogLevelName level) => level switch
    {
        LogLevelName.Error => LogLevel.Error,
        LogLevelName.Warning => LogLevel.Warning,
        LogLevelName.Debug => LogLevel.Debug,
        _ => LogLevel.Information,
    };
}
