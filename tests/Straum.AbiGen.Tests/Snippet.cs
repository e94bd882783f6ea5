using System.Diagnostics;

namespace Straum.AbiGen.Tests;

/// <summary>A folder of C that clang compiles for BPF, and what the generator prints for it.</summary>
internal sealed class Snippet : IDisposable
{
    private const string Prelude = """
        #include <linux/types.h>
        #define SEC(name) __attribute__((section(name), used))
        #define __uint(name, val) int (*name)[val]
        #define __type(name, val) typeof(val) *name
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("straum-abigen-");

    public string Headers => Folder("abi");

    public string Objects => Folder("objects");

    public string Output => Folder("out");

    /// <summary>What the generator printed to stdout and stderr.</summary>
    public string Messages { get; private set; } = "";

    /// <summary>Adds a header of the shared folder, or a <c>.def</c> list.</summary>
    public Snippet Header(string name, string text)
    {
        File.WriteAllText(Path.Combine(Headers, name), text);
        return this;
    }

    /// <summary>Compiles one object.</summary>
    public Snippet Object(string name, string source)
    {
        var file = Path.Combine(_folder.FullName, name + ".bpf.c");
        File.WriteAllText(file, Prelude + "\n" + source);
        string[] arguments =
        [
            "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-I" + Headers, "-I/usr/include/" + MultiarchName, "-c", file,
            "-o", Path.Combine(Objects, name + ".bpf.o"),
        ];
        using var clang = Process.Start(new ProcessStartInfo("clang", arguments) { RedirectStandardError = true })!;
        var complaint = clang.StandardError.ReadToEnd();
        clang.WaitForExit();
        clang.ExitCode.ShouldBe(0, complaint);
        return this;
    }

    /// <summary>Runs the generator and returns its exit code.</summary>
    public int Generate(params string[] options)
    {
        using var messages = new StringWriter();
        var code = Generator.Run([.. options, .. Directory.GetFiles(Headers).Length > 0 ? ["--headers", Headers] : Array.Empty<string>(), Objects, Output], messages, messages);
        Messages = messages.ToString();
        return code;
    }

    /// <summary>Runs the generator, which has to succeed, and returns the text of one file without its first lines.</summary>
    public string Print(string name)
    {
        Generate().ShouldBe(0, Messages);
        var text = File.ReadAllText(Path.Combine(Output, name + ".g.cs"));
        const string start = "namespace Straum.Datapath.Abi;\n\n";
        return text[(text.IndexOf(start, StringComparison.Ordinal) + start.Length)..];
    }

    /// <summary>The fields of a printed struct, each with its attribute, without documentation.</summary>
    public string[] Fields(string name) =>
        [.. Print(name).Split('\n').Select(static l => l.Trim()).Where(static l => l.EndsWith(';') && !l.Contains('(')
            || l.StartsWith("[FieldOffset", StringComparison.Ordinal))];

    public string[] Files => [.. Directory.GetFiles(Output).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Delete(recursive: true);

    private static string MultiarchName =>
        (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "aarch64" : "x86_64") + "-linux-gnu";

    private string Folder(string name) => _folder.CreateSubdirectory(name).FullName;
}
