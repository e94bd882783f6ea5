using System.CommandLine;
using Spectre.Console;

namespace Straum.Cli.Terminal;

/// <summary>
/// Where tables are drawn. Colours only on a terminal, never with NO_COLOR set (no-color.org) or TERM=dumb; rows are as wide as
/// they need to be everywhere, so that <c>grep</c> and people see whole lines.
/// </summary>
internal static class Screen
{
    /// <summary>The screen of a running command.</summary>
    public static IAnsiConsole For(ParseResult parse) => For(parse.InvocationConfiguration.Output);

    /// <summary>A screen over any writer; a terminal only when the writer is the program's own stdout and that is one.</summary>
    public static IAnsiConsole For(TextWriter output) => For(output, ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected);

    /// <summary>A screen over any writer.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="terminal">Whether that is a terminal.</param>
    internal static IAnsiConsole For(TextWriter output, bool terminal)
    {
        var colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new ScreenOutput(output, terminal),
        });
        screen.Profile.Width = ScreenOutput.Unlimited;
        return screen;
    }

    /// <summary>A table in the house form: no borders, headings in capitals, one row per line, like kubectl prints them.</summary>
    public static Table Columns(params string[] headings)
    {
        var table = new Table { Border = TableBorder.None, Expand = false };
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)) { NoWrap = true, Padding = new Padding(0, 0, 3, 0) });
        }
        return table;
    }
}
