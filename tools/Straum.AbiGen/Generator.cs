using Straum.AbiGen.CSharp;
using Straum.AbiGen.Headers;
using Straum.AbiGen.Model;

namespace Straum.AbiGen;

/// <summary>
/// The generator as a function of its arguments: <c>[--check] [--headers DIR] OBJDIR OUTDIR</c>.
/// </summary>
/// <remarks>
/// How to share a type: define it in a header of bpf/abi, and either use it as the key or value of a map, or give it a global
/// variable in bpf/abi.bpf.c (which is never loaded). An enum needs a struct that has a member of it: <c>…_names</c>, which is
/// not printed itself. Then <c>make abi</c>.
/// </remarks>
internal static class Generator
{
    private const string Usage = "usage: Straum.AbiGen [--check] [--headers DIR] OBJDIR OUTDIR";

    /// <summary>Returns 0 when done (with --check: nothing differs), 1 when something differs or cannot be shared, 2 for wrong usage.</summary>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        var rest = arguments.ToList();
        var check = rest.Remove("--check");
        string? headers = null;
        if (rest.IndexOf("--headers") is >= 0 and var at && at + 1 < rest.Count)
        {
            headers = rest[at + 1];
            rest.RemoveRange(at, 2);
        }
        if (rest is not [var objects, var folder] || folder.StartsWith('-') || objects.StartsWith('-'))
        {
            error.WriteLine(Usage);
            return 2;
        }
        try
        {
            var defined = HeaderSet.Read(headers);
            var shared = AbiSet.ReadFolder(objects, defined.Defines);
            var files = FilePrinter.Print(shared, defined);
            if (!check)
            {
                new OutputFolder(folder).Write(files);
                return 0;
            }
            var difference = new OutputFolder(folder).Difference(files);
            output.Write(difference);
            if (difference is not "")
            {
                error.WriteLine($"{folder} differs from what {objects} shares: run make abi");
            }
            return difference is "" ? 0 : 1;
        }
        catch (Exception e) when (e is AbiException or IOException)
        {
            error.WriteLine(e.Message);
            return 1;
        }
    }
}
