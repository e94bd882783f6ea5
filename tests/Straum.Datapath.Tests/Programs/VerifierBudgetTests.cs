using System.Text;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Programs;

/// <summary>
/// What each program costs the verifier and how large it is, against a committed table. Work that grows unnoticed is refused one
/// day by an older kernel, whose verifier is less clever; instructions are also what every packet pays.
/// </summary>
public sealed class VerifierBudgetTests
{
    private const string Variable = "STRAUM_UPDATE_BUDGET";
    private static readonly string TablePath = Path.Combine(BpfObjects.Directory, "../../tests/Straum.Datapath.Tests/verifier-budget.txt");

    [Fact]
    public void EveryProgram_StaysWithinItsBudget()
    {
        var measured = Measure();
        if (Environment.GetEnvironmentVariable(Variable) == "1")
        {
            File.WriteAllText(TablePath, Format(measured));
        }
        var lines = File.ReadAllLines(TablePath);
        // Numbers of another kernel or compiler are other numbers: there only the order of magnitude is held.
        var allowed = lines[0] == Conditions() ? 0.05 : 0.5;

        var budget = lines.Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(words => words[0], words => (Verified: int.Parse(words[1]), Size: int.Parse(words[2])));
        var problems = new List<string>();
        foreach (var (name, (verified, size)) in measured)
        {
            if (!budget.TryGetValue(name, out var granted))
            {
                problems.Add($"{name} is new: {verified} instructions verified, {size} bytes");
                continue;
            }
            Compare(name, "instructions verified", verified, granted.Verified);
            Compare(name, "bytes", size, granted.Size);
        }
        problems.AddRange(budget.Keys.Except(measured.Keys).Select(name => $"{name} is gone"));
        problems.ShouldBeEmpty(
            $"If this is meant: {Variable}=1 tests/Straum.Datapath.Tests/bin/Release/net10.0/Straum.Datapath.Tests -class {typeof(VerifierBudgetTests).FullName}, and commit verifier-budget.txt.");

        void Compare(string name, string what, int now, int granted)
        {
            if (now > granted * (1 + allowed))
            {
                problems.Add($"{name}: {now} {what}, {100.0 * now / granted - 100:0.0} % over the {granted} in the table");
            }
        }
    }

    private static SortedDictionary<string, (int Verified, int Size)> Measure()
    {
        var programs = new SortedDictionary<string, (int, int)>(StringComparer.Ordinal);
        foreach (var path in ObjectFiles())
        {
            using var file = BpfObjectFile.Open(path);
            using var loaded = file.Load();
            foreach (var program in loaded.Programs)
            {
                var info = program.Info;
                programs.Add(program.Name, (info.VerifiedInstructions, info.TranslatedSize));
            }
        }
        return programs;
    }

    // abi.bpf.o only carries types.
    private static IEnumerable<string> ObjectFiles() =>
        Directory.GetFiles(BpfObjects.Directory, "*.bpf.o").Where(path => Path.GetFileName(path) != "abi.bpf.o").Order(StringComparer.Ordinal);

    private static string Format(SortedDictionary<string, (int Verified, int Size)> programs)
    {
        var text = new StringBuilder($"{Conditions()}\n# program, instructions that the verifier walked through, bytes after the kernel's rewriting\n");
        foreach (var (name, (verified, size)) in programs)
        {
            text.Append($"{name,-18} {verified,7} {size,7}\n");
        }
        return text.ToString();
    }

    private static string Conditions() => $"# Linux {Requires.RunningKernel.ToString(2)}, {Compiler()}";

    /// <summary>As the compiler signed the objects.</summary>
    private static string Compiler()
    {
        var bytes = Encoding.Latin1.GetString(File.ReadAllBytes(ObjectFiles().First()));
        var at = bytes.IndexOf("clang version ", StringComparison.Ordinal);
        return at < 0 ? "unknown compiler" : bytes[at..bytes.IndexOfAny([' ', '\0', '-', '+'], at + "clang version ".Length)];
    }
}
