using System.CommandLine;
using Straum.Cli.Terminal;
using Straum.Lab;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab logs NAME</c>: the log of a node's agent, the API server, the supervisor, or a pod's containers.</summary>
internal static class LabLogsCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "A node (its agent), apiserver, supervisor, or a pod (name or namespace/name)" };
    private static readonly Option<int> Lines = new("--lines", "-n") { Description = "The last so many lines", DefaultValueFactory = static _ => 200 };

    static LabLogsCommand() => Lines.Require(static lines => lines >= 1, "must be at least 1");

    public static Command Create() => new Command("logs", "Print the last lines of an agent, apiserver, supervisor or pod") { Name, Lines }
        .Does(static async (parse, stop) =>
        {
            foreach (var file in LabLogs.Find(parse.GetRequiredValue(Name)))
            {
                foreach (var line in (await File.ReadAllLinesAsync(file, stop)).TakeLast(parse.GetValue(Lines)))
                {
                    await parse.InvocationConfiguration.Output.WriteLineAsync(line);
                }
            }
            return ExitCode.Ok;
        });
}
