using Straum.Cli.Terminal;
using Straum.Linux;

namespace Straum.Cli.Targets;

/// <summary>A program of the host, run inside a target's network namespace and in nothing else of it.</summary>
internal static class TargetProcess
{
    /// <summary>As shells have it: there is no such program.</summary>
    private const int NotFound = 127;

    /// <summary>Starts a program there.</summary>
    /// <param name="target">Where.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="keepTerminal">On this process's own input and output instead of pipes.</param>
    /// <exception cref="CommandFault">The namespace is gone, or the program is not there.</exception>
    public static NamespacedProcess Start(NetworkTarget target, IReadOnlyList<string> command, bool keepTerminal)
    {
        NetworkNamespace space;
        try
        {
            space = NetworkNamespace.Open(target.Path);
        }
        catch (LinuxException e)
        {
            throw new CommandFault($"enter {target.Name}", e.Message, e.Errno == Errno.ENOENT ? "it has just ended" : null, inner: e);
        }
        using (space)
        {
            try
            {
                return NamespacedProcess.Start(space, new ProcessSpec { FileName = command[0], Arguments = [.. command.Skip(1)], KeepTerminal = keepTerminal });
            }
            catch (LinuxException e)
            {
                throw new CommandFault($"run {command[0]}", e.Message, "it is looked up on this host, not in the container", NotFound, e);
            }
        }
    }
}
