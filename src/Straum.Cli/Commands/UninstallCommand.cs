using System.CommandLine;
using System.Text.Json;
using Straum.Agent.Configuration;
using Straum.Agent.Install;
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
        return ConfigFile.Read(parse.GetValue(Config), parse.InvocationConfiguration.Error) is { Options: var options }
            ? Run(options, parse.GetRequiredValue(PluginDirectory).FullName, new TunePaths(), output)
            : ExitCode.Problem;
    }

    /// <param name="options">As the agent had them.</param>
    /// <param name="pluginDirectory">Where straum-cni was installed.</param>
    /// <param name="tuning">Where kernel settings were tuned.</param>
    /// <param name="output">Told of everything that was removed.</param>
    internal static int Run(AgentOptions options, string pluginDirectory, TunePaths tuning, TextWriter output)
    {
        var count = 0;
        List<string> refused = [];
        try
        {
            // Before the agent's own settings: both add to the list of reserved ports, and tuning came later.
            refused = RevertTuning(options, tuning, Removed);
            Uninstaller.Run(options, pluginDirectory, Removed);
        }
        catch (DamagedJournalException e)
        {
            throw new CommandFault("uninstall", e.Message, e.Fix, inner: e);
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandFault("uninstall", UnexpectedFault.Why(e), UnexpectedFault.Fix(e) ?? "run it again: what was removed stays removed", inner: e);
        }
        if (refused.Count > 0)
        {
            throw new CommandFault("uninstall", $"the kernel did not take back {string.Join(", ", refused)}", "everything else is removed; straum tune revert tries these again");
        }
        if (Path.GetDirectoryName(tuning.Journal) == options.Paths.State && Tuner.LeftoversOf(tuning) is { Count: > 0 } files)
        {
            throw new CommandFault("uninstall", $"left is what straum tune apply wrote to {string.Join(" and ", files)}: its journal is gone", "everything else is removed; straum tune revert says what to do about it");
        }
        output.WriteLine(count == 0 ? "nothing of Straum is on this host" : $"{count} things removed; the host is as Straum found it");
        return ExitCode.Ok;

        void Removed(string line)
        {
            count++;
            output.WriteLine($"removed {line}");
        }
    }

    // What `straum tune` did is this host's, not that of an agent whose state is elsewhere. Returns what could not be put back.
    private static List<string> RevertTuning(AgentOptions options, TunePaths paths, Action<string> removed)
    {
        if (!File.Exists(paths.Journal) || Path.GetDirectoryName(paths.Journal) != options.Paths.State)
        {
            return [];
        }
        var results = Tuner.Of(paths).Revert();
        foreach (var setting in results.Where(static r => !r.IsRefused))
        {
            removed($"{(Path.IsPathRooted(setting.Key) ? "file" : "setting")} {setting.Key}: {setting.What}");
        }
        return [.. results.Where(static r => r.IsRefused).Select(static r => r.Key)];
    }
}
