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
        var (why, fix) = Why(parse.Errors[0]);
        fix ??= $"{path} --help lists what is possible";
        if (parse.UnmatchedTokens is [var unknown, ..])
        {
            why = $"'{unknown}' is not known here";
            fix = NearestName.Find(unknown, NamesIn(parse.CommandResult.Command)) is { } nearest ? $"did you mean {nearest}?" : $"{path} --help lists what is possible";
        }
        return new CommandFault(NameOf(parse), why, fix, ExitCode.Usage);
    }

    /// <summary>The command that was called, as faults name it: lab status.</summary>
    public static string NameOf(ParseResult parse) => PathOf(parse.CommandResult)["straum".Length..].TrimStart() is { Length: > 0 } name ? name : "usage";

    // The parser says over several lines which .NET type a value is not; a reader wants to know which option, which value, and what instead.
    private static (string Why, string? Fix) Why(ParseError error)
    {
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        return option is { Tokens: [var value] } && (error.Message.Contains("expected type", StringComparison.Ordinal) || error.Message.Contains("not recognized", StringComparison.Ordinal))
            ? ($"{option.Option.Name} does not take '{value.Value}'", InsteadOf(option.Option))
            : (error.Message.ReplaceLineEndings(" ").TrimEnd('.'), null);
    }

    private static string? InsteadOf(Option option) =>
        option.HelpName is { } choices && choices.Contains('|') ? $"write {string.Join(" or ", choices.Split('|'))}"
        : option.ValueType == typeof(int) || option.ValueType == typeof(int?) ? $"write a whole number, at most {int.MaxValue}"
        : option.ValueType == typeof(double) || option.ValueType == typeof(double?) ? "write a number"
        : null;

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
