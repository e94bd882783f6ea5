using System.Diagnostics;
using System.Globalization;
using Straum.Doctor.Hosts;

namespace Straum.Doctor;

/// <summary>
/// Runs checks on one host: first all that only look, at the same time, because most of them wait between two samples; then,
/// one after the other, those that load the host.
/// </summary>
public sealed class Examination(IHost host, IProgress<CheckProgress>? progress = null)
{
    private readonly Lock _lock = new();
    private readonly List<Check> _waiting = [];
    private int _total;

    /// <summary>What a report calls the host.</summary>
    public static string NameOf(IHost host) => host.Options.LabNode?.Name ?? host.ReadText("/proc/sys/kernel/hostname")?.Trim() ?? "";

    public async Task<DoctorReport> RunAsync(IReadOnlyList<(Check Check, bool Runs)> checks, CancellationToken stop)
    {
        var time = DateTimeOffset.UtcNow;
        var started = Stopwatch.GetTimestamp();
        var run = checks.Where(static c => c.Runs).Select(static c => c.Check).ToList();
        _total = run.Count;
        _waiting.AddRange(run);

        AllowBlocking(run.Count);
        var results = new Dictionary<Check, CheckResult>();
        foreach (var result in await Task.WhenAll(run.Where(static c => !c.Disturbs).Select(c => Task.Run(() => RunAsync(c, stop), stop))).ConfigureAwait(false))
        {
            results[result.Check] = result;
        }
        foreach (var check in run.Where(static c => c.Disturbs))
        {
            results[check] = await RunAsync(check, stop).ConfigureAwait(false);
        }
        return new DoctorReport(
            NameOf(host), host.ReadText("/proc/sys/kernel/osrelease")?.Trim() ?? "",
            time, Stopwatch.GetElapsedTime(started),
            [.. checks.Select(c => results.GetValueOrDefault(c.Check) ?? new CheckResult(c.Check, [], TimeSpan.Zero, Ignored: true))]);
    }

    /// <summary>
    /// Checks block: on netlink, on files, on one that finds the pods for all. The pool begins with a thread per CPU and adds one
    /// or two a second, so on a small machine those that hold its threads would wait for answers that no thread takes in.
    /// </summary>
    private static void AllowBlocking(int checks)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, checks + Environment.ProcessorCount), completions);
    }

    private async Task<CheckResult> RunAsync(Check check, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(check.Limit);
        var started = Stopwatch.GetTimestamp();
        IReadOnlyList<Finding> findings;
        try
        {
            // A read of a hung file system cannot be cancelled; the check is left behind rather than waited for.
            findings = await check.ExamineAsync(host, limit.Token).WaitAsync(check.Limit + TimeSpan.FromSeconds(1), stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            findings = [Finding.Unknown(string.Create(CultureInfo.InvariantCulture, $"it did not end within {check.Limit.TotalSeconds:0} s"))];
        }
        catch (UnauthorizedAccessException e)
        {
            findings = [Finding.Unknown(e.Message, fix: "run it as root")];
        }
        catch (Exception e)
        {
            // Also a mistake of the check's own: the others must still be told.
            findings = [Finding.Unknown(e.Message)];
        }
        Report(check);
        return new CheckResult(check, findings, Stopwatch.GetElapsedTime(started));
    }

    private void Report(Check done)
    {
        lock (_lock)
        {
            _waiting.Remove(done);
            progress?.Report(new CheckProgress(_total - _waiting.Count, _total, _waiting.FirstOrDefault()));
        }
    }
}
