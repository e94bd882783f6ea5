using System.Text.Json.Nodes;

namespace Straum.Agent.Cni;

public sealed class CniConfigFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void File_Written_IsWhatRuntimesExpect()
    {
        CniConfigFile.Write(_directory, "straum", "/run/straum/agent.sock", "/var/lib/straum/cni/pending").ShouldBeTrue();

        var path = Directory.GetFiles(_directory, "*", new EnumerationOptions { AttributesToSkip = 0 }).ShouldHaveSingleItem();
        Path.GetFileName(path).ShouldBe("05-straum.conflist");
        var list = JsonNode.Parse(File.ReadAllText(path))!;
        list["cniVersion"]!.GetValue<string>().ShouldBe("0.4.0");
        list["cniVersions"]!.AsArray().Select(v => v!.GetValue<string>()).ShouldBe(["0.3.1", "0.4.0", "1.0.0", "1.1.0"]);
        var plugin = list["plugins"]![0]!;
        plugin["type"]!.GetValue<string>().ShouldBe("straum-cni");
        plugin["socket"]!.GetValue<string>().ShouldBe("/run/straum/agent.sock");
        plugin["capabilities"]!["portMappings"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public void File_Unchanged_IsNotTouched()
    {
        CniConfigFile.Write(_directory, "straum", "/a", "/b");
        var path = Path.Combine(_directory, CniConfigFile.FileName);
        var before = File.GetLastWriteTimeUtc(path);

        CniConfigFile.Write(_directory, "straum", "/a", "/b").ShouldBeFalse();
        File.GetLastWriteTimeUtc(path).ShouldBe(before);
        CniConfigFile.Write(_directory, "straum", "/other", "/b").ShouldBeTrue();
        File.ReadAllText(path).ShouldContain("/other");
    }
}
