namespace Straum.Lab.Processes;

/// <summary>A process as it is named to people.</summary>
/// <param name="Pid">In the host's pid namespace.</param>
/// <param name="Command">Its command line, the program without its directory and no longer than a line; null when it cannot be read.</param>
public sealed record RunningProcess(int Pid, string? Command)
{
    private const int Longest = 60;

    public static RunningProcess Read(int pid)
    {
        try
        {
            return new RunningProcess(pid, CommandOf(File.ReadAllText($"/proc/{pid}/cmdline")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is not this user's to look at.
            return new RunningProcess(pid, null);
        }
    }

    /// <param name="words">As <c>/proc/PID/cmdline</c> has them, each with a zero behind it.</param>
    internal static string? CommandOf(string words)
    {
        var line = string.Join(' ', words.TrimEnd('\0').Split('\0').Select((word, index) => index == 0 ? Path.GetFileName(word) : word));
        // Anybody chooses these words, and they go to a terminal.
        line = string.Concat(line.Select(letter => char.IsControl(letter) ? '?' : letter));
        return line.Length == 0 ? null : line.Length > Longest ? line[..(Longest - 1)] + "…" : line;
    }

    public override string ToString() => Command is null ? $"process {Pid}" : $"process {Pid} ({Command})";
}
