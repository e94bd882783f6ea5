namespace Straum.AbiGen.Tests;

public sealed class CheckTests : IDisposable
{
    private readonly Snippet _snippet = new Snippet().Object("a", "struct key { __u32 a; } key; struct other { __u8 b[2]; } other;");

    public void Dispose() => _snippet.Dispose();

    [Fact]
    public void Check_AfterWrite_FindsNothing()
    {
        _snippet.Generate().ShouldBe(0);
        _snippet.Generate("--check").ShouldBe(0);
        _snippet.Messages.ShouldBeEmpty();
    }

    [Fact]
    public void Check_ChangedMissingAndStaleFiles_AreShownAndKept()
    {
        _snippet.Generate().ShouldBe(0);
        var key = Path.Combine(_snippet.Output, "Key.g.cs");
        File.WriteAllText(key, File.ReadAllText(key).Replace("public uint A;", "public int A;", StringComparison.Ordinal));
        File.Delete(Path.Combine(_snippet.Output, "Other.g.cs"));
        File.WriteAllText(Path.Combine(_snippet.Output, "Gone.g.cs"), "old\n");

        _snippet.Generate("--check").ShouldBe(1);

        _snippet.Messages.ShouldContain($"--- {key}\n+++ generated/Key.g.cs\n@@ -10,1 +10,1 @@\n-    public int A;\n+    public uint A;\n");
        _snippet.Messages.ShouldContain("--- /dev/null\n+++ generated/Other.g.cs\n");
        _snippet.Messages.ShouldContain($"--- {Path.Combine(_snippet.Output, "Gone.g.cs")}\n+++ /dev/null\n@@ -1,1 +1,0 @@\n-old\n");
        _snippet.Messages.ShouldEndWith("run make abi\n");
        _snippet.Files.ShouldBe(["Gone.g.cs", "InlineArrays.g.cs", "Key.g.cs"]);
    }

    [Fact]
    public void Write_StaleFile_IsDeletedAndOthersAreLeftAlone()
    {
        File.WriteAllText(Path.Combine(_snippet.Output, "Gone.g.cs"), "old\n");
        File.WriteAllText(Path.Combine(_snippet.Output, "Hand.cs"), "kept\n");

        _snippet.Generate().ShouldBe(0);

        _snippet.Files.ShouldBe(["Hand.cs", "InlineArrays.g.cs", "Key.g.cs", "Other.g.cs"]);
    }

    [Theory]
    [InlineData]
    [InlineData("one")]
    [InlineData("--chekc", "a", "b")]
    public void CommandLine_Wrong_IsRefused(params string[] arguments)
    {
        using var error = new StringWriter();
        Generator.Run(arguments, TextWriter.Null, error).ShouldBe(2);
        error.ToString().ShouldStartWith("usage: ");
    }

    [Fact]
    public void Object_WithoutBtf_IsRefusedByName()
    {
        File.WriteAllText(Path.Combine(_snippet.Objects, "b.bpf.o"), "not an object");
        _snippet.Generate().ShouldBe(1);
        _snippet.Messages.ShouldBe("b.bpf.o: not a little-endian ELF64 object\n");
    }
}
