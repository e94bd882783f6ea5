using System.Diagnostics;

namespace Straum.Bench;

/// <summary>The scheduling of this process and of what it starts from now on.</summary>
internal static class Scheduling
{
    /// <summary>SCHED_RR, or as any program. Where that is not allowed, measuring goes on as it is.</summary>
    public static void Set(bool realTime)
    {
        string[] policy = realTime ? ["--rr", "--pid", "1"] : ["--other", "--pid", "0"];
        using var chrt = Process.Start("chrt", [.. policy.Prepend("--all-tasks"), $"{Environment.ProcessId}"]);
        chrt.WaitForExit();
        if (realTime && chrt.ExitCode != 0)
        {
            Console.Error.WriteLine("bench: real time is refused here; what else the machine does is measured too");
        }
    }
}
