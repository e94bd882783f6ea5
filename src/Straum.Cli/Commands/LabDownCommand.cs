using System.CommandLine;
using Straum.Cli.Terminal;
using Straum.Lab;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab down</c>: removes everything that a lab made, also after a crash.</summary>
internal static class LabDownCommand
{
    private static readonly Option<bool> Force = new("--force") { Description = "Also when it was built for a test run that still goes on" };

    public static Command Create() => new Command("down", "Remove the cluster and everything it made") { Force }.Does(static async (parse, stop) =>
    {
        var output = parse.InvocationConfiguration.Output;
        var found = await new LabCluster(LabCommand.Paths).DownAsync(parse.GetValue(Force), output.WriteLine, stop);
        await output.WriteLineAsync(found ? "The lab is removed." : "There was no lab.");
        return ExitCode.Ok;
    });
}
