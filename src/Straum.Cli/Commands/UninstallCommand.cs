using System.CommandLine;
using System.Text.Json;
using Straum.Agent.Install;
using Straum.Agent.Configuration;
using Straum.Cli.Terminal;
using Straum.Doctor.Tuning;
using Straum.Linux;

namespace Straum.Cli.Commands;

/// <summary><c>straum uninstall</c>: takes Straum off this host, and says what it removed. Safe to repeat.</summary>
internal static class UninstallCommand
{
    private static readonly Option<string?> Config = new("--config")
    {
        Description = "The agent's straum.yaml; without it, the defaults",
        HelpName = "file",
    };

    private static readonly Option<DirectoryInfo> PluginDirectory = new("--bin-dir")
    {
        Description = "The runtime's plugin directory",
        HelpName = "directory",
        DefaultValueFactory = static _ => new DirectoryInfo("/opt/cni/bin"),
    };

    public static Command Create()
    {
        var command = new Command("uninstall", "Detach and remove everything of Straum on this host; running pods lose their network") { Config, PluginDirectory };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var output = parse.InvocationConfiguration.Output;
        if (ConfigFile.Read(parse.GetValue(Config), parse.InvocationConfiguration.Error) is not { Options: var options })
        {
            return ExitCode.Problem;
        }
        var count = 0;
        try
        {
            // Before the agent's own settings: both add to the list of reserved ports, and tuning came later.
            RevertTuning(options, Removed);
            Uninstaller.Run(options, parse.GetRequiredValue(PluginDirectory).FullName, Removed);
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandFault("uninstall", e.Message.TrimEnd('.'), "run it again: what was removed stays removed", inner: e);
        }
        output.WriteLine(count == 0 ? "nothing of Straum is on this host" : $"{count} things removed; the host is as Straum found it");
        return ExitCode.Ok;

        void Removed(string line)
        {
            count++;
            output.WriteLine($"removed {line}");
        }
    }

    // What `straum tune` did is this host's, not that of an agent whose state is elsewhere.
    private static void RevertTuning(AgentOptions options, Action<string> removed)
    {
        var paths = new TunePaths();
        if (File.Exists(paths.Journal) && Path.GetDirectoryName(paths.Journal) == options.Paths.State)
        {
            foreach (var setting in Tuner.Of(paths).Revert())
            {
                removed($"setting {setting.Key}: {setting.What}");
            }
        }
    }
}
