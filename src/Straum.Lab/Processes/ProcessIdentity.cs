using System.Globalization;

namespace Straum.Lab.Processes;

/// <summary>
/// A process that is meant and no other: pids are reused, a pid with its start time is not.
/// </summary>
/// <param name="Pid">The process id in the host's pid namespace.</param>
/// <param name="StartTicks">Field 22 of <c>/proc/PID/stat</c> (proc(5)): clock ticks after boot.</param>
public readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    /// <summary>The running program itself.</summary>
    public static ProcessIdentity Self { get; } = Read(Environment.ProcessId) ?? throw new InvalidOperationException("/proc is not mounted");

    /// <summary>The process that has this pid now; null when there is none or only its zombie.</summary>
    public static ProcessIdentity? Read(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (IOException)
        {
            return null;
        }
        // The command name is in parentheses and may hold anything, so fields are counted from the last one.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>True while the very same process runs.</summary>
    public bool IsAlive => Pid > 0 && Read(Pid) == this;
}
