using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Straum.Agent.Configuration;
using Straum.Cli.Terminal;

namespace Straum.Cli.Commands;

/// <summary><c>straum config check|print|schema|reference</c>: reads straum.yaml as the agent would.</summary>
internal static partial class ConfigCommand
{
    private static readonly Argument<string> File = new("file") { Description = "straum.yaml, or a ConfigMap with that key; - reads stdin" };

    private static readonly Argument<string?> OptionalFile = new("file")
    {
        Description = "straum.yaml, or a ConfigMap with that key; - reads stdin; without it, the defaults",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly OutputOption Output = new();

    public static Command Create() => new("config", "Check and print the agent's configuration")
    {
        Sub("check", "Say everything that is wrong with a file; nothing when it is right", Check, File),
        Sub("print", "Every key with the value in effect and where it comes from", Print, OptionalFile, Output),
        Sub("schema", "Print the JSON Schema of straum.yaml", static parse => Write(parse, ConfigSchema.Print())),
        Sub("reference", "Print the documentation of straum.yaml as Markdown", static parse => Write(parse, ConfigReference.Print())),
    };

    private static Command Sub(string name, string description, Func<ParseResult, int> action, params ReadOnlySpan<Symbol> symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else if (symbol is Option option)
            {
                command.Add(option);
            }
        }
        command.SetAction(action);
        return command;
    }

    private static int Check(ParseResult parse) => ConfigFile.Read(parse.GetRequiredValue(File), parse.InvocationConfiguration.Error) is null ? ExitCode.Problem : ExitCode.Ok;

    private static int Print(ParseResult parse)
    {
        if (ConfigFile.Read(parse.GetValue(OptionalFile), parse.InvocationConfiguration.Error) is not { } config)
        {
            return ExitCode.Problem;
        }
        var values = config.Values.ToList();
        if (Output.IsJson(parse))
        {
            return Write(parse, JsonSerializer.Serialize(values, ConfigJson.Default.ListEffectiveValue) + "\n");
        }
        var table = Screen.Columns("KEY", "VALUE", "FROM");
        foreach (var value in values)
        {
            table.AddRow(value.Key.EscapeMarkup(), value.Value.EscapeMarkup(), value.Origin.EscapeMarkup());
        }
        Screen.For(parse).Write(table);
        return ExitCode.Ok;
    }

    private static int Write(ParseResult parse, string text)
    {
        parse.InvocationConfiguration.Output.Write(text);
        return ExitCode.Ok;
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
    [JsonSerializable(typeof(List<EffectiveValue>))]
    private sealed partial class ConfigJson : JsonSerializerContext;
}
