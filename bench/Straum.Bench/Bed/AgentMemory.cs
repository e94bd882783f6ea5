using System.Globalization;
using Straum.Linux.Bpf;

namespace Straum.Bench.Bed;

/// <summary>What an agent holds.</summary>
internal static class AgentMemory
{
    private const double MiB = 1024 * 1024;

    /// <summary>A field of /proc/PID/status (VmRSS, RssAnon, VmHWM), in MiB.</summary>
    public static double OfProcess(int pid, string field) =>
        ReadField($"/proc/{pid}/status", field) / 1024;

    /// <summary>What the kernel accounts for all tables of a node, in MiB.</summary>
    /// <param name="bpf">The directory that the agent pins below.</param>
    public static double OfTables(string bpf)
    {
        var bytes = 0.0;
        foreach (var path in PinnedTables.All(bpf))
        {
            using var map = BpfMap.OpenPinned(path);
            bytes += ReadField($"/proc/self/fdinfo/{map.Handle.DangerousGetHandle()}", "memlock");
        }
        return bytes / MiB;
    }

    private static double ReadField(string file, string field)
    {
        var line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(field + ":", StringComparison.Ordinal))
            ?? throw new BenchException($"{file} has no {field}");
        return double.Parse(line.AsSpan(field.Length + 1).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture);
    }
}
