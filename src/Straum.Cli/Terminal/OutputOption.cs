using System.CommandLine;

namespace Straum.Cli.Terminal;

/// <summary>The <c>-o table|json</c> option of every command that prints data: tables for people, JSON for programs.</summary>
internal sealed class OutputOption : Option<string>
{
    public OutputOption() : base("--output", "-o")
    {
        Description = "table for people, json for programs";
        HelpName = "table|json";
        DefaultValueFactory = static _ => "table";
        AcceptOnlyFromAmong("table", "json");
    }

    /// <summary>True when the user asked for JSON.</summary>
    public bool IsJson(ParseResult parse) => parse.GetValue(this) == "json";
}
