using System.CommandLine;
using Straum.Cli.Terminal;
using Straum.Lab;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab exec PLACE -- COMMAND…</c>: runs a host command inside a pod, a node, the router or the outside client.</summary>
internal static class LabExecCommand
{
    private static readonly Argument<string> Place = new("place") { Description = "A pod (name or namespace/name), a node, client or router" };

    private static readonly Argument<string[]> Words = new("command")
    {
        Description = "After --: the command and its arguments",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create() => new Command("exec", "Run a command inside a pod, a node, client or router: lab exec n1 -- ip route") { Place, Words }
        .Does(static async (parse, stop) =>
        {
            LabCluster.Running();
            var place = LabPlace.Find(parse.GetRequiredValue(Place));
            return await place.RunAsync(LabCommand.Paths, parse.GetRequiredValue(Words), stop);
        });
}
