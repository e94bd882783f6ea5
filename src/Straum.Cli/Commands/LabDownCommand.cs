using System.CommandLine;
using Straum.Cli.Terminal;
using Straum.Lab;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab down</c>: removes everything that a lab made, also after a crash.</summary>
internal static class LabDownCommand
{
    public static Command Create() => new Command("down", "Remove the cluster and everything it made").Does(static async (parse, stop) =>
    {
        var output = parse.InvocationConfiguration.Output;
        var found = await LabCluster.DownAsync(output.WriteLine, stop);
        await output.WriteLineAsync(found ? "The lab is removed." : "There was no lab.");
        return ExitCode.Ok;
    });
}
