using Spectre.Console;
using Straum.Cli.Agents;
using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Terminal;

public sealed class ScreenTests
{
    private static readonly string Long = new('x', 600);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Table_WiderThanAnyTerminal_HasWholeLinesWithoutBlanksAtTheirEnd(bool terminal)
    {
        using var output = new StringWriter();
        var table = new NodeTable("POD", "ON");
        table.Add("n1", Long, "n1");
        table.Add("n2", "web-1", "");

        table.Draw(Screen.For(output, terminal), "none");

        Plain(output).ShouldBe($"NODE   POD{new string(' ', 600)}ON\nn1     {Long}   n1\nn2     web-1\n");
    }

    [Fact]
    public void Line_OfManyWords_IsNotBroken()
    {
        using var output = new StringWriter();
        var words = string.Join(' ', Enumerable.Repeat("word", 300));

        Screen.For(output, terminal: true).MarkupLine(words);

        Plain(output).ShouldBe(words + "\n");
    }

    // Without colours, which are there or not as the environment of the test says.
    private static string Plain(StringWriter output) => System.Text.RegularExpressions.Regex.Replace(output.ToString(), @"\x1b\[[0-9;]*m", "").ReplaceLineEndings("\n");
}
