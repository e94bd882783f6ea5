using System.CommandLine;
using System.Text.Json;
using Straum.Cli.Terminal;
using Straum.Lab.Check;
using Straum.Lab.Echo;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab ask QUESTION…</c>: the far end of <see cref="ProcessInterview"/>. Started by <c>lab check</c>, not by people.</summary>
internal static class LabAskCommand
{
    private static readonly Argument<string[]> Questions = new("question") { Description = "As ProcessInterview writes it: tcp/10.96.0.10:7000/5", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var command = new Command("ask", "Answer questions of lab check from here") { Questions };
        command.Hidden = true;
        return command.Does(RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        await foreach (var report in ProcessInterview.AnswerAsync(parse.GetRequiredValue(Questions), stop))
        {
            await parse.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(report, EchoJson.Default.ProbeReport));
        }
        return ExitCode.Ok;
    }
}
