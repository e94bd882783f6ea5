using System.Globalization;
using System.Text;
using Straum.Datapath.Programs;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Programs;

/// <summary>
/// What each program costs the verifier and how large it is, against a committed table. Work that grows unnoticed is refused one
/// day by an older kernel, whose verifier is less clever; instructions are also what every packet pays.
/// </summary>
public sealed class VerifierBudgetTests
{
    private const string Variable = "STRAUM_UPDATE_BUDGET";
    private const string Measured = "Measured on ";
    private static readonly string TablePath = Path.Combine(BpfObjects.Directory, "../../docs/reference/verifier-budget.md");

    [Fact]
    public void EveryProgram_StaysWithinItsBudget()
    {
        var measured = VerifierCheck.Run(BpfObjects.Directory);
        if (Environment.GetEnvironmentVariable(Variable) == "1")
        {
            File.WriteAllText(TablePath, Format(measured));
        }
        var lines = File.ReadAllLines(TablePath);
        // Numbers of another kernel or compiler are other numbers: there only the order of magnitude is held.
        var allowed = lines.Any(line => line.Contains(Conditions(), StringComparison.Ordinal)) ? 0.05 : 0.5;
        var budget = lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(Row).ToDictionary(row => row.Program);

        var problems = measured.Where(v => v.Refusal is not null).Select(v => $"{v.Program} is refused: {v.Refusal}").ToList();
        foreach (var verdict in measured)
        {
            if (!budget.TryGetValue(verdict.Program, out var granted))
            {
                problems.Add($"{verdict.Program} is new: {verdict.Instructions} instructions verified, {verdict.Size} bytes");
                continue;
            }
            Compare(verdict.Program, "instructions verified", verdict.Instructions, granted.Instructions);
            Compare(verdict.Program, "bytes", verdict.Size, granted.Size);
        }
        problems.AddRange(budget.Keys.Except(measured.Select(v => v.Program)).Select(name => $"{name} is gone"));
        problems.ShouldBeEmpty($"If this is meant: make budget, and commit {Path.GetFileName(TablePath)}.");

        void Compare(string name, string what, int now, int granted)
        {
            if (now > granted * (1 + allowed))
            {
                problems.Add($"{name}: {now} {what}, {100.0 * now / granted - 100:0} % over the {granted} in the table");
            }
        }
    }

    // | `pod_in` | 7035 | 488 | 16904 | 5.9 |
    private static VerifierVerdict Row(string line)
    {
        var cells = line.Split('|', StringSplitOptions.TrimEntries);
        return new VerifierVerdict
        {
            Program = cells[1].Trim('`'),
            Instructions = int.Parse(cells[2], CultureInfo.InvariantCulture),
            StackBytes = int.Parse(cells[3], CultureInfo.InvariantCulture),
            Size = int.Parse(cells[4], CultureInfo.InvariantCulture),
        };
    }

    private static string Format(IEnumerable<VerifierVerdict> programs)
    {
        var text = new StringBuilder($"""
            # Verifier budget

            What each program costs the kernel's verifier and how large it is. `make budget` measures and writes this page; `make test` fails
            when a program needs over 5 % more instructions or bytes than it says, or half as much again on another kernel or with another
            compiler. `straum verify` prints the same for the kernel it runs on.

            {Measured}{Conditions()}.

            | Program | Instructions verified, of 1,000,000 | Stack, bytes | Size, bytes | Verifier's time, ms (for information) |
            |---|---:|---:|---:|---:|

            """);
        foreach (var program in programs)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| `{program.Program}` | {program.Instructions} | {program.StackBytes} | {program.Size} | {program.Took.TotalMilliseconds:0.0} |\n");
        }
        text.Append("""

            Instructions are counted on every path that the verifier could not rule out, so they are more than the program has. The kernel
            allows 512 bytes of stack to each chain of calls; a program's column is the sum over its own frame and its subprograms'.

            """);
        return text.ToString();
    }

    private static string Conditions() => $"Linux {Requires.RunningKernel.ToString(2)} with {Compiler()}";

    /// <summary>As the compiler signed the objects.</summary>
    private static string Compiler()
    {
        var bytes = Encoding.Latin1.GetString(File.ReadAllBytes(Directory.GetFiles(BpfObjects.Directory, "*.bpf.o").Order(StringComparer.Ordinal).First()));
        var at = bytes.IndexOf("clang version ", StringComparison.Ordinal);
        return at < 0 ? "an unknown compiler" : bytes[at..bytes.IndexOfAny([' ', '\0', '-', '+'], at + "clang version ".Length)];
    }
}
