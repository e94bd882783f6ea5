using System.Globalization;

namespace Straum.Linux.Bpf;

/// <summary>What the kernel's verifier made of one program, by <see cref="BpfObjectFile.Verify"/>.</summary>
public sealed record VerifierVerdict
{
    /// <summary>The C function.</summary>
    public required string Program { get; init; }

    /// <summary>The verifier's complaint; null when it took the program.</summary>
    public string? Refusal { get; init; }

    /// <summary>Instructions that the verifier walked through, on all paths; the kernel's limit is a million.</summary>
    public int Instructions { get; init; }

    /// <summary>Bytes of stack, of the program and its subprograms together; the kernel's limit is 512 for each chain of calls.</summary>
    public int StackBytes { get; init; }

    /// <summary>How long the verifier took.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Bytes after the kernel's rewriting; 0 when another program of the object was refused.</summary>
    public int Size { get; init; }

    /// <summary>Reads the statistics that the kernel appends to a log of level 4 (print_verification_stats in kernel/bpf/verifier.c).</summary>
    internal static VerifierVerdict Parse(string program, string log, string? refusal)
    {
        var verdict = new VerifierVerdict { Program = program, Refusal = refusal };
        foreach (var line in log.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            verdict = words switch
            {
                ["verification", "time", var time, "usec"] => verdict with { Took = TimeSpan.FromMicroseconds(Number(time)) },
                ["stack", "depth", var depths, ..] => verdict with { StackBytes = depths.Split('+').Sum(Number) },
                ["processed", var count, "insns", ..] => verdict with { Instructions = Number(count) },
                _ => verdict,
            };
        }
        return verdict;
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}
