using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>
/// Whether this kernel takes the programs, and what they cost its verifier. Touches nothing: no pin, no attachment, and tables of
/// its own that are gone again afterwards.
/// </summary>
public static class VerifierCheck
{
    private const string Extension = ".bpf.o";

    // Carries types and no program.
    private const string Types = "abi";

    // Not loaded where the kernel has no programs of its type.
    private const string Sweep = "sweep";

    /// <summary>Judges every program of the directory, each configured as the agent would on this kernel.</summary>
    /// <param name="objectDirectory">Holds pod.bpf.o and the others.</param>
    /// <param name="upgrading">As they are loaded while another build's flows are still served: longer by that path.</param>
    /// <exception cref="LinuxException">The kernel refused a table; the message says which.</exception>
    public static IReadOnlyList<VerifierVerdict> Run(string objectDirectory, bool upgrading = false)
    {
        var verdicts = new List<VerifierVerdict>();
        foreach (var path in Directory.GetFiles(objectDirectory, "*" + Extension).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path)[..^Extension.Length];
            if (name != Types && (name != Sweep || Features.SyscallPrograms.IsSupported))
            {
                verdicts.AddRange(Judge(path, name, upgrading));
            }
        }
        return [.. verdicts.OrderBy(v => v.Program, StringComparer.Ordinal)];
    }

    // Until a round refuses nobody: each hides those behind it.
    private static IEnumerable<VerifierVerdict> Judge(string path, string name, bool upgrading)
    {
        var refused = new Dictionary<string, VerifierVerdict>();
        while (true)
        {
            using var file = BpfObjectFile.Open(path);
            if (name == "socket")
            {
                ObjectFiles.ConfigureSocket(file);
            }
            else if (name != Sweep)
            {
                ObjectFiles.ConfigurePackets(file, upgrading);
            }
            foreach (var program in refused.Keys)
            {
                file.Program(program).SetAutoload(false);
            }
            var round = file.Verify();
            if (round.FirstOrDefault(v => v.Refusal is not null) is not { } next)
            {
                return round.Concat(refused.Values);
            }
            refused.Add(next.Program, next);
        }
    }
}
