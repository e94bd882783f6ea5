using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Straum.Agent.Configuration;

namespace Straum.Cli.Terminal;

/// <summary>Turns the parser's complaints into a <see cref="CommandFault"/> with exit code 2.</summary>
internal static class UsageFault
{
    /// <summary>The first complaint about a command line, or null when it is right (or asks for help or the version).</summary>
    public static CommandFault? Of(ParseResult parse)
    {
        if (parse.Errors.Count == 0 || parse.Action is CommandLineAction { ClearsParseErrors: true })
        {
            return null;
        }
        var path = PathOf(parse.CommandResult);
        var why = Why(parse.Errors[0]);
        var fix = $"{path} --help lists what is possible";
        if (parse.UnmatchedTokens is [var unknown, ..])
        {
            why = $"'{unknown}' is not known here";
            fix = NearestName.Find(unknown, NamesIn(parse.CommandResult.Command)) is { } nearest ? $"did you mean {nearest}?" : fix;
        }
        var what = path["straum".Length..].TrimStart();
        return new CommandFault(what is "" ? "usage" : what, why, fix, ExitCode.Usage);
    }

    // The parser says which .NET type a value is not, over several lines; a reader wants to know which option and which value.
    private static string Why(ParseError error) => error.SymbolResult switch
    {
        OptionResult { Tokens: [var value] } option when error.Message.Contains("expected type", StringComparison.Ordinal) =>
            $"{option.Option.Name} does not take '{value.Value}'",
        _ => error.Message.TrimEnd('.'),
    };

    private static string PathOf(CommandResult command)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = command; result is CommandResult { Parent: not null } sub; result = sub.Parent)
        {
            names.Push(sub.Command.Name);
        }
        names.Push("straum");
        return string.Join(' ', names);
    }

    private static IEnumerable<string> NamesIn(Command command) =>
        command.Subcommands.Select(static c => c.Name).Concat(command.Options.Select(static o => o.Name));
}
