using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using Straum.Agent.LocalApi;
using Straum.Cli.Terminal;

namespace Straum.Cli.Agents;

/// <summary>What all commands share that ask agents for a report: which agents, how they are asked, and how answers are printed.</summary>
internal static class ReportCommand
{
    private static readonly Option<string?> Node = new("--node", "-n") { Description = "Ask only this node of the lab", HelpName = "name" };
    private static readonly Option<string[]> Socket = new("--socket") { Description = "Ask the agent at this socket", HelpName = "path" };
    private static readonly OutputOption Output = new();

    /// <summary>A command that prints one resource of every agent asked. JSON is an array with one report per node.</summary>
    /// <param name="name">Of the command.</param>
    /// <param name="description">For help.</param>
    /// <param name="resource">What to ask.</param>
    /// <param name="draw">Draws the answers, at least one, in the order of the nodes.</param>
    /// <param name="isProblem">Whether an answer means exit code 1; null when none does.</param>
    public static Command Create<T>(
        string name, string description, LocalApiResource<T> resource, Action<IAnsiConsole, IReadOnlyList<T>> draw, Predicate<T>? isProblem = null)
    {
        var command = new Command(name, description) { Node, Socket, Output };
        command.SetAction(async (parse, stop) =>
        {
            var sockets = AgentSockets.Default.Find(parse.GetValue(Node), parse.GetValue(Socket) ?? []);
            var answers = await Task.WhenAll(sockets.Select(s => AskAsync(name, s.Name, s.Path, resource, stop)));
            foreach (var fault in answers.Select(static a => a.Fault).OfType<CommandFault>())
            {
                await parse.InvocationConfiguration.Error.WriteLineAsync(fault.Message);
            }
            var reports = answers.Where(static a => a.Fault is null).Select(static a => a.Report!).ToList();
            if (Output.IsJson(parse))
            {
                await parse.InvocationConfiguration.Output.WriteLineAsync(ToJson(reports, resource));
            }
            else if (reports.Count > 0)
            {
                draw(Screen.For(parse), reports);
            }
            return answers.Max(static a => a.Fault?.ExitCode ?? ExitCode.Ok) is var worst and not ExitCode.Ok ? worst
                : isProblem is not null && reports.Exists(isProblem) ? ExitCode.Problem : ExitCode.Ok;
        });
        return command;
    }

    private static async Task<(T? Report, CommandFault? Fault)> AskAsync<T>(string what, string node, string path, LocalApiResource<T> resource, CancellationToken stop)
    {
        try
        {
            using var client = new LocalApiClient(path);
            return (await client.GetAsync(resource, stop), null);
        }
        catch (AgentUnreachableException e)
        {
            return (default, new CommandFault($"{what} of {node}", $"no agent answers at {path}: {e.Message}", "is it running, and are you root?", ExitCode.Unreachable, e));
        }
        catch (AgentRefusedException e)
        {
            return (default, new CommandFault($"{what} of {node}", e.Message, inner: e));
        }
    }

    private static string ToJson<T>(List<T> reports, LocalApiResource<T> resource)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            reports.ForEach(r => JsonSerializer.Serialize(writer, r, resource.Json));
            writer.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
