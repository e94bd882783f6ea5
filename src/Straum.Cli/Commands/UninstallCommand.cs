using System.CommandLine;
using Straum.Agent.Install;
using Straum.Cli.Terminal;
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
            Uninstaller.Run(options, parse.GetRequiredValue(PluginDirectory).FullName, line =>
            {
                count++;
                output.WriteLine($"removed {line}");
            });
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFault("uninstall", e.Message.TrimEnd('.'), "run it again: what was removed stays removed", inner: e);
        }
        output.WriteLine(count == 0 ? "nothing of Straum is on this host" : $"{count} things removed; the host is as Straum found it");
        return ExitCode.Ok;
    }
}
