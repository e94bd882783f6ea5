using System.Globalization;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Evidence;

/// <summary>systemd's journal.</summary>
internal static class Journal
{
    /// <summary>The last lines of a unit; null when there is no journal, or nothing of the unit in it.</summary>
    public static async Task<string?> ReadAsync(IHost host, string unit, int lines, CancellationToken stop)
    {
        var answer = await host.RunToolAsync("journalctl", ["--unit", unit, "--lines", lines.ToString(CultureInfo.InvariantCulture), "--no-pager", "--quiet"], stop).ConfigureAwait(false);
        return answer is null || string.IsNullOrWhiteSpace(answer.Output) ? null : answer.Output;
    }
}
