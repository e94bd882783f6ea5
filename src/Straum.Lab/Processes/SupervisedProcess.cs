using Straum.Linux;

namespace Straum.Lab.Processes;

/// <summary>
/// Keeps one process running: adopts it when an earlier supervisor started it, and starts it again whenever it ends, after
/// a pause that grows while it keeps ending.
/// </summary>
/// <param name="name">Names its record and, in the supervisor's log, the process.</param>
/// <param name="networkNamespace">Where it runs; null for the supervisor's own namespace.</param>
/// <param name="spec">How it is started.</param>
/// <param name="log">The supervisor's log.</param>
internal sealed class SupervisedProcess(string name, string? networkNamespace, ProcessSpec spec, Action<string> log)
{
    private readonly Backoff _backoff = new();

    private string RecordFile => Path.Combine(LabPaths.ProcessRecords, name + ".json");

    /// <summary>Supervises until stopped; the process goes on then.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var record = StateFile.Read(RecordFile, LabJson.Default.ProcessRecord);
        var process = record is null ? null : LabProcess.Adopt(record.Identity, record.StartedAt);
        if (process is not null)
        {
            log($"{name}: adopted pid {record!.Pid}");
        }
        while (true)
        {
            if (process is null)
            {
                process = LabProcess.Start(networkNamespace, spec);
                record = new ProcessRecord
                {
                    Name = name,
                    Pid = process.Identity.Pid,
                    StartTicks = process.Identity.StartTicks,
                    StartedAt = process.StartedAt,
                    Restarts = record is null ? 0 : record.Restarts + 1,
                    LastExit = record?.LastExit,
                };
                Write(record);
                log($"{name}: started pid {record.Pid}");
            }

            var exit = await process.Exited.WaitAsync(stop);
            var wait = _backoff.Next(DateTimeOffset.UtcNow - process.StartedAt);
            log($"{name}: {exit}; starts again in {wait.TotalSeconds:0.0} s");
            Write(record = record! with { Pid = 0, StartTicks = 0, LastExit = exit.ToString() });
            process = null;
            await Task.Delay(wait, stop);
        }
    }

    private void Write(ProcessRecord record) => StateFile.Write(RecordFile, record, LabJson.Default.ProcessRecord);
}
