using System.CommandLine;
using Straum.Agent.Configuration;
using Straum.Agent.Install;
using Straum.Cli.Terminal;
using Straum.Linux;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum install-cni</c>: puts straum-cni where the container runtime looks for plugins, in one step. The network configuration
/// is the agent's to write, once it can serve. There is no counterpart that a stop or an upgrade would call.
/// </summary>
internal static class InstallCniCommand
{
    private const string Usual = "/opt/cni/bin";

    private static readonly Option<DirectoryInfo> Directory = new("--bin-dir")
    {
        Description = $"The runtime's plugin directory; another than {Usual} must be there",
        HelpName = "directory",
        DefaultValueFactory = static _ => new DirectoryInfo(Usual),
    };

    public static Command Create()
    {
        var command = new Command("install-cni", "Install or replace straum-cni in the container runtime's plugin directory") { Directory };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var directory = parse.GetRequiredValue(Directory).FullName;
        // No runtime looks into a directory that a slip has made.
        if (Path.TrimEndingDirectorySeparator(directory) != Usual)
        {
            UserFile.RequireDirectory("install straum-cni", directory, "name the one that the runtime has for plugins, or make it first");
        }
        try
        {
            var written = PluginInstaller.Install(ConfigEnvironment.OfProcess.ProgramFolder, directory);
            parse.InvocationConfiguration.Output.WriteLine($"straum-cni in {directory}: {(written ? "installed" : "was there already")}");
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or LinuxException)
        {
            throw Fault(directory, e);
        }
    }

    /// <summary>A directory that is not open to this process is the one fault whose mending is outside of it.</summary>
    internal static CommandFault Fault(string directory, Exception refusal)
    {
        var what = $"install straum-cni in {directory}";
        const string fix = "where the directory is not root's, the container needs the capability DAC_OVERRIDE";
        return refusal switch
        {
            // Its own hint is about rights on the network.
            LinuxException { Errno: Errno.EACCES or Errno.EPERM } e => new CommandFault(what, $"{e.Operation} {e.Subject}: {e.Errno}", fix, inner: e),
            { InnerException: UnauthorizedAccessException } => new CommandFault(what, refusal.Message.TrimEnd('.'), fix, inner: refusal),
            _ => new CommandFault(what, UnexpectedFault.Why(refusal), UnexpectedFault.Fix(refusal), inner: refusal),
        };
    }
}
