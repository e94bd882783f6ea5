namespace Straum.Bench.Report;

/// <summary>Where a figure was measured: without it, it says nothing.</summary>
internal static class MachineFacts
{
    /// <summary>"Intel(R) Xeon(R) Processor, 2 processors, 24 GB, Linux 6.18.4".</summary>
    public static string Read()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        var gigabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        return $"{model}, {Environment.ProcessorCount} processors, {gigabytes:0} GB, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}";
    }
}
