using Spectre.Console;
using Straum.Cli.Terminal;

namespace Straum.Cli.Agents;

/// <summary>
/// A table over several nodes: what is the same on several of them is one row that names them all. A row may have several
/// lines; on a terminal, cells that repeat the line above are left empty, in a pipe every line is complete.
/// </summary>
/// <param name="headings">Without NODE, which comes first.</param>
internal sealed class NodeTable(params string[] headings)
{
    private readonly List<Row> _rows = [];
    private readonly Dictionary<string, Row> _byContent = [];

    /// <summary>Adds a row of plain text cells.</summary>
    public void Add(string node, params string[] cells) => Add(node, [cells]);

    /// <summary>Adds a row of several lines.</summary>
    public void Add(string node, IReadOnlyList<string[]> lines)
    {
        var content = string.Join('\n', lines.Select(static l => string.Join('\t', l)));
        if (!_byContent.TryGetValue(content, out var row))
        {
            _byContent[content] = row = new Row([], lines);
            _rows.Add(row);
        }
        row.Nodes.Add(node);
    }

    /// <summary>Draws the table, or <paramref name="otherwise"/> when it has no rows.</summary>
    public void Draw(IAnsiConsole screen, string otherwise)
    {
        if (_rows.Count == 0)
        {
            screen.WriteLine(otherwise);
            return;
        }
        var table = Screen.Columns(["NODE", .. headings]);
        foreach (var row in _rows)
        {
            string[]? above = null;
            foreach (var line in row.Lines)
            {
                string[] cells = [string.Join(',', row.Nodes), .. line];
                table.AddRow([.. cells.Select((cell, column) => screen.Profile.Out.IsTerminal && above is not null && Repeats(above, cells, column) ? "" : Markup.Escape(cell))]);
                above = cells;
            }
        }
        screen.Write(table);
    }

    // A cell repeats only when all before it do: the same node's name in a column of its own is news.
    private static bool Repeats(string[] above, string[] cells, int column) => above.AsSpan(0, column + 1).SequenceEqual(cells.AsSpan(0, column + 1));

    private sealed record Row(List<string> Nodes, IReadOnlyList<string[]> Lines);
}
