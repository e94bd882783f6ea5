namespace Straum.Linux.Bpf;

/// <summary>
/// The kernel refused a program. <see cref="Exception.Message"/> has the verifier's last word; <see cref="Log"/> has all of it.
/// </summary>
public sealed class VerifierException : LinuxException
{
    internal VerifierException(string program, Errno errno, string log)
        : base("program load", program, errno, Summarize(log)) => (Program, Log) = (program, log);

    public string Program { get; }

    /// <summary>What the verifier wrote: each instruction with the state before it, the complaint at the end.</summary>
    public string Log { get; }

    /// <summary>The complaint, which follows the last instruction, and the line of C it is about where the object has line information.</summary>
    internal static string? Summarize(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var complaint = new List<string>();
        foreach (var line in lines.Reverse().SkipWhile(IsStatistic))
        {
            if (line.StartsWith("; ", StringComparison.Ordinal))
            {
                complaint.Add($"[{line[2..]}]");
                break;
            }
            if (!IsInstruction(line))
            {
                complaint.Insert(0, line);
            }
            else if (complaint.Count == 0)
            {
                complaint.Add(line);
            }
            if (complaint.Count > 4)
            {
                break;
            }
        }
        return complaint.Count == 0 ? null : string.Join(' ', complaint);
    }

    private static bool IsStatistic(string line) =>
        line.StartsWith("processed ", StringComparison.Ordinal) || line.StartsWith("verification time ", StringComparison.Ordinal)
        || line.StartsWith("stack depth ", StringComparison.Ordinal);

    /// <summary><c>12: (71) r0 = *(u8 *)(r1 +0) ; R0=…</c></summary>
    private static bool IsInstruction(string line)
    {
        var digits = line.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && line[digits] == ':';
    }
}
