using System.Globalization;
using Spectre.Console;
using Straum.Cli.Terminal;
using Straum.Lab.Check;

namespace Straum.Cli.Commands;

/// <summary>Draws a <see cref="CheckReport"/> on one screen.</summary>
internal static class LabCheckScreen
{
    private const int FailuresShown = 12;

    private static readonly (int Family, string Protocol)[] MatrixColumns =
        [(4, "tcp"), (4, "udp"), (4, "http"), (6, "tcp"), (6, "udp"), (6, "http")];

    /// <param name="screen">Where to.</param>
    /// <param name="report">What.</param>
    /// <param name="buildSeconds">How long the lab took to build, when it was built just now.</param>
    public static void Draw(IAnsiConsole screen, CheckReport report, double? buildSeconds)
    {
        screen.WriteLine();
        screen.Write(Nodes(report));
        screen.WriteLine();
        screen.Write(Pods(report));
        screen.WriteLine();
        screen.Write(Matrix(report));
        screen.WriteLine();
        DrawFailures(screen, report);
        DrawVerdict(screen, report, buildSeconds);
    }

    private static Table Nodes(CheckReport report)
    {
        var table = Screen.Columns("NODE", "STATUS", "ADDRESSES", "POD CIDRS");
        foreach (var node in report.Nodes)
        {
            table.AddRow(node.Name, node.Ready ? "[green]Ready[/]" : "[red]NotReady[/]", List(node.Addresses), List(node.PodCidrs));
        }
        return table;
    }

    private static Table Pods(CheckReport report)
    {
        var table = Screen.Columns("POD", "NODE", "STATUS", "ADDRESSES");
        foreach (var pod in report.Pods)
        {
            var name = pod.Namespace is "default" ? pod.Name : $"{pod.Namespace}/{pod.Name}";
            table.AddRow(Markup.Escape(name), pod.Node, pod.Ready ? "[green]Ready[/]" : $"[red]{Markup.Escape(pod.Phase)}, not ready[/]", List(pod.Addresses));
        }
        return table;
    }

    private static Table Matrix(CheckReport report)
    {
        var table = Screen.Columns([.. new[] { $"REACHABILITY ({report.Mode})" }.Concat(MatrixColumns.Select(c => $"IPv{c.Family} {c.Protocol}"))]);
        foreach (var path in CheckPath.All)
        {
            table.AddRow([Markup.Escape(path.Title), .. MatrixColumns.Select(c => Cell(report.Find(path, c.Family, c.Protocol)))]);
        }
        return table;
    }

    private static string Cell(CheckCell? cell) => cell switch
    {
        null => "[grey]·[/]",
        { IsGood: true, P50Microseconds: { } micros } => $"[green]✓[/] {Latency(micros)}",
        { IsGood: true } => $"[green]✓[/] all {cell.Asked}",
        { Asked: 0 } => "[yellow]? not asked[/]",
        _ => $"[red]✗ {cell.Failures.Count} of {cell.Asked}[/]",
    };

    private static string Latency(double micros) => micros < 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{micros:0} µs")
        : string.Create(CultureInfo.InvariantCulture, $"{micros / 1000:0.0} ms");

    private static void DrawFailures(IAnsiConsole screen, CheckReport report)
    {
        foreach (var problem in report.Problems)
        {
            screen.MarkupLineInterpolated($"[red]✗[/] {problem}");
        }
        var failures = report.Cells.SelectMany(c => c.Failures.Select(f => (Cell: c, Failure: f))).ToArray();
        foreach (var (cell, failure) in failures.Take(FailuresShown))
        {
            var title = CheckPath.All.First(p => p.Name == cell.Path).Title;
            screen.MarkupLineInterpolated($"[red]✗[/] {title}, IPv{cell.Family} {cell.Protocol}: {failure.From} to {failure.To} ({failure.Target}): {failure.Reason}");
        }
        if (failures.Length > FailuresShown)
        {
            screen.MarkupLineInterpolated($"  and {failures.Length - FailuresShown} more: straum lab check -o json");
        }
        // A pod that is not ready says more of its node than one that did not reach it says of another.
        var suspect = report.Pods.FirstOrDefault(static p => !p.Ready)?.Node ?? failures.FirstOrDefault(static f => f.Failure.Node.Length > 0).Failure?.Node;
        if (!report.IsGood && suspect is { Length: > 0 })
        {
            screen.MarkupLineInterpolated($"Next: {ProgramName.AsTyped} drops --node {suspect}, {ProgramName.AsTyped} lab logs {suspect}, {ProgramName.AsTyped} doctor --node {suspect}");
        }
    }

    private static void DrawVerdict(IAnsiConsole screen, CheckReport report, double? buildSeconds)
    {
        var good = report.Cells.Count(c => c.IsGood);
        var questions = report.Cells.Sum(c => c.Asked);
        var verdict = report.IsGood ? "[green]All green[/]" : "[red]Not all green[/]";
        var built = buildSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"; built in {seconds:0.0} s") : "";
        screen.MarkupLine(string.Create(CultureInfo.InvariantCulture,
            $"{verdict}: {good} of {report.Cells.Count} cells{(report.Problems.Count > 0 ? " that could be asked" : "")}, {questions} questions, median attempt per cell shown; checked in {report.Seconds:0.0} s{built}."));
        if (report.IsGood && buildSeconds is not null)
        {
            screen.WriteLine($"Next: {ProgramName.AsTyped} lab kubectl get pods -o wide, {ProgramName.AsTyped} services, {ProgramName.AsTyped} lab down");
        }
    }

    private static string List(IEnumerable<string> items) => Markup.Escape(string.Join(", ", items));
}
