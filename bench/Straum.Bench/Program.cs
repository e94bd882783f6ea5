using System.CommandLine;
using System.Diagnostics;
using Straum.Bench;
using Straum.Bench.Figures;
using Straum.Bench.Report;
using Straum.Lab;
using Straum.Lab.Cni;
using Straum.Linux;

var names = new Argument<string[]>("figure") { Description = $"Which ones; all when none is named: {string.Join(", ", AllFigures.List.Select(f => f.Name))}" };
var roundsOption = new Option<int?>("--rounds") { Description = "Rounds of every figure, instead of its own number" };
var pageOption = new Option<FileInfo?>("--write") { Description = "The page to put the tables into: docs/benchmarks.md" };
var root = new RootCommand("Measures Straum beside its peers: figure · Straum · peer · ratio · target · ok or missed") { names, roundsOption, pageOption };
root.SetAction(async parse =>
{
    var wanted = parse.GetValue(names) is { Length: > 0 } given ? given : [.. AllFigures.List.Select(f => f.Name)];
    var unknown = wanted.Except(AllFigures.List.Select(f => f.Name)).ToArray();
    if (unknown.Length > 0)
    {
        Console.Error.WriteLine($"bench: there is no figure {string.Join(", ", unknown)}; there are {string.Join(", ", AllFigures.List.Select(f => f.Name))}");
        return 2;
    }
    if (parse.GetValue(roundsOption) < 1)
    {
        Console.Error.WriteLine("bench: --rounds is at least 1");
        return 2;
    }
    if (parse.GetValue(pageOption) is { Directory.Exists: false } nowhere)
    {
        Console.Error.WriteLine($"bench: --write {nowhere}: there is no directory {nowhere.Directory!.FullName}");
        return 2;
    }
    using var interruption = new Interruption();
    try
    {
        // A lab or its tests beside us would be measured too.
        using var alone = await LabLock.AcquireAsync(reason => Console.Error.WriteLine($"bench: {reason}"), interruption.Token);
        var failed = false;
        foreach (var figure in AllFigures.List.Where(f => wanted.Contains(f.Name)))
        {
            failed |= !await MeasureAsync(figure, parse.GetValue(roundsOption) ?? figure.Rounds, parse.GetValue(pageOption), interruption.Token);
        }
        return failed ? 1 : 0;
    }
    catch (Exception e) when (interruption.Token.IsCancellationRequested)
    {
        // Everything that is waited for was ended, so anything may have failed. What the kernel refused could not be removed.
        Console.Error.WriteLine(e is LinuxException ? $"bench: interrupted: {e.Message}" : "bench: interrupted");
        return interruption.ExitCode;
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine($"bench: {e.Message}{(Environment.IsPrivilegedProcess ? "" : " Run it as root.")}");
        return 1;
    }
});
// Signals are answered here.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static async Task<bool> MeasureAsync(IFigure figure, int rounds, FileInfo? page, CancellationToken stop)
{
    var started = Stopwatch.GetTimestamp();
    Console.Error.WriteLine($"bench: {figure.Name}");
    Scheduling.Set(figure.InRealTime);
    try
    {
        var rows = await figure.MeasureAsync(rounds, step => Console.Error.WriteLine($"bench: {figure.Name}: {step}"), stop);
        foreach (var row in rows)
        {
            Console.WriteLine(row);
        }
        if (page is not null)
        {
            var circumstances = $"`make bench BENCH={figure.Name}`, {rounds} rounds, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, "
                + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:0} s, on {MachineFacts.Read()}.\n";
            var text = page.Exists ? File.ReadAllText(page.FullName) : "";
            File.WriteAllText(page.FullName, BenchmarksPage.Replace(text, figure.Name, BenchmarksPage.Section(figure.Title, rows, circumstances)));
        }
        return true;
    }
    catch (Exception e) when (e is BenchException or CniException or LinuxException or IOException && !stop.IsCancellationRequested)
    {
        Console.Error.WriteLine($"bench: {figure.Name}: {e.Message}");
        return false;
    }
}
