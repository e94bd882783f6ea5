using System.CommandLine;
using Spectre.Console;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Cli.Agents;
using Straum.Cli.Terminal;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum status</c>: one line per node and every problem; of a single node, everything. Exit code 1 when a node does not
/// do what it is told. JSON: <see cref="StatusReport"/> per node.
/// </summary>
internal static class StatusCommand
{
    private const double NearlyFull = 0.85;

    public static Command Create() =>
        ReportCommand.Create("status", "How the agents are; exit code 1 when one has an error", LocalApiResources.Status, Draw, static report => report.HasError());

    private static void Draw(IAnsiConsole screen, IReadOnlyList<StatusReport> reports)
    {
        if (reports is [var only])
        {
            DrawOne(screen, only);
        }
        else
        {
            DrawOverview(screen, reports);
        }
        foreach (var same in reports.SelectMany(static r => ProblemsOf(r).Select(p => (r.Node, Problem: p))).GroupBy(static p => p.Problem, static p => p.Node))
        {
            var problem = same.Key;
            var colour = problem.Severity switch { ProblemReport.Error => "red", ProblemReport.Warning => "yellow", _ => "default" };
            var nodes = string.Join(',', same);
            var place = problem.Object is "" ? nodes : $"{nodes} {problem.Object}";
            screen.MarkupLine($"[{colour}]{problem.Severity}[/] {Markup.Escape($"{place}: {problem.Message} {problem.Fix}".TrimEnd())}");
        }
    }

    private static void DrawOverview(IAnsiConsole screen, IReadOnlyList<StatusReport> reports)
    {
        var table = Screen.Columns("NODE", "VERSION", "UP", "API", "MODE", "MTU", "PODS", "FRONTENDS", "LAST PASS", "PROBLEMS");
        foreach (var report in reports)
        {
            table.AddRow([.. new[]
            {
                report.Node, report.Version, Age.Of(report.UptimeSeconds), SyncOf(report.Api), report.Mode, report.Mtu.ToString(), report.Pods.ToString(),
                report.Services.ToString(), PassOf(report.Reconcile), ProblemsOf(report).Count().ToString(),
            }.Select(Markup.Escape)]);
        }
        screen.Write(table);
    }

    private static void DrawOne(IAnsiConsole screen, StatusReport report)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 3, 0) }).AddColumn();
        Line("Node", $"{report.Node}, straum {report.Version}, up {Age.Of(report.UptimeSeconds)}");
        Line("API", $"{report.Api.Server}, {SyncOf(report.Api)}");
        foreach (var watch in report.Api.Watches)
        {
            Line("", watch.AgeSeconds is { } age
                ? $"{watch.Kind}: {watch.Objects}, {(watch.Connected ? "watching" : "not watching")}, version {watch.ResourceVersion}, heard {Age.Of(age)} ago"
                : $"{watch.Kind}: not listed yet");
        }
        Line("Routing", $"{report.Mode}, MTU {(report.Mtu > 0 ? report.Mtu.ToString() : "not known yet")}");
        Line("Addresses", report.Addresses.Count > 0 ? string.Join(", ", report.Addresses) : "not known yet");
        foreach (var pool in report.Pools)
        {
            Line("Pod prefix", $"{pool.Prefix}: {pool.Used} of {pool.Size} in use, {pool.Quarantined} resting");
        }
        foreach (var device in report.Devices)
        {
            Line("Device", $"{device.Name}: {device.Role}, MTU {device.Mtu}, {(device.Up ? "up" : "down")}");
        }
        Line("Programs", $"{report.Programs.Count(static p => p.Attached)} of {report.Programs.Count} attached");
        foreach (var program in report.Programs.Where(static p => !p.Attached))
        {
            Line("", $"{program.Name} is not at {program.Hook} of {program.Target}");
        }
        foreach (var table in report.Tables)
        {
            Line("Table", $"{table.Name}: {table.Used} of {table.Size}{(table.Used > table.Size * NearlyFull && table.Key is not "" ? $", nearly full: raise {table.Key}" : "")}");
        }
        foreach (var latency in report.EventToKernel)
        {
            Line("API to kernel", $"{latency.Kind}: p50 {latency.P50Milliseconds:0.#} ms, p99 {latency.P99Milliseconds:0.#} ms, longest {latency.LongestMilliseconds:0.#} ms, {latency.Count} times");
        }
        Line("Self-audit", report.Drift.Count == 0 ? "nothing was found changed" : "found changed and repaired: " + string.Join(", ", report.Drift.Select(static d => $"{d.Key} {d.Value}")));
        Line("Holds", $"{report.Pods} pods, {report.Services} Service frontends");
        Line("Last pass", report.Reconcile.AgeSeconds is null ? "none yet" : $"{PassOf(report.Reconcile)}, took {report.Reconcile.TookMilliseconds:0.0} ms, {report.Reconcile.Passes} so far");
        foreach (var (name, count) in report.Counters.Where(static c => c.Value > 0))
        {
            Line("Counted", $"{name}: {count}");
        }
        Line("Problems", ProblemsOf(report).Count() is > 0 and var number ? number.ToString() : "none");
        screen.Write(grid);

        void Line(string what, string text) => grid.AddRow(Markup.Escape(what), Markup.Escape(text));
    }

    // What the report says in fields of their own is a problem like the others to whoever reads the list.
    private static IEnumerable<ProblemReport> ProblemsOf(StatusReport report)
    {
        if (report.Waiting is { } waiting)
        {
            yield return new ProblemReport(ProblemReport.Error, "", "is not programmed: " + waiting, "");
        }
        if (report.Reconcile.Failure is { } failure)
        {
            yield return new ProblemReport(ProblemReport.Error, "", "the last pass failed: " + failure, "");
        }
        if (report.Api.LastError is { } silence)
        {
            yield return new ProblemReport(report.Api.IsLost() ? ProblemReport.Error : ProblemReport.Warning, "",
                $"hears of no changes: {silence}.", "What is programmed stays as it is.");
        }
        foreach (var problem in report.Problems)
        {
            yield return problem;
        }
    }

    private static string SyncOf(ApiReport api) => api.LastError is not null ? "failing" : api.Synced ? "synced" : "not synced yet";

    private static string PassOf(ReconcileReport reconcile) => reconcile.AgeSeconds is { } age ? $"{Age.Of(age)} ago" : "never";
}
