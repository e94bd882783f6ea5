using System.Text;

namespace Straum.Lab.Cni;

public sealed class CniNetworkTests
{
    [Theory]
    [InlineData("""{"name":"a","cniVersion":"0.4.0","plugins":[{"type":"x"}]}""", "0.4.0")]
    [InlineData("""{"name":"a","cniVersion":"1.0.0","cniVersions":["0.4.0","1.1.0","1.0.0"],"plugins":[{"type":"x"}]}""", "1.1.0")]
    [InlineData("""{"name":"a","cniVersions":["1.0.0","9.9.9"],"plugins":[{"type":"x"}]}""", "1.0.0")]
    public void Version_Offered_TheHighestCommonOneIsUsed(string json, string version) => Parse(json).Version.ShouldBe(version);

    [Theory]
    [InlineData("1.1.0", true, true, true)]
    [InlineData("1.0.0", true, false, false)]
    [InlineData("0.3.1", false, false, false)]
    public void Verbs_DependOnTheVersion(string version, bool check, bool status, bool gc)
    {
        var network = Parse($$"""{"name":"a","cniVersion":"{{version}}","plugins":[{"type":"x"}]}""");
        (network.HasCheck, network.HasStatus, network.HasGc).ShouldBe((check, status, gc));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"cniVersion":"1.0.0","plugins":[{"type":"x"}]}""")]
    [InlineData("""{"name":"a","cniVersion":"1.0.0","plugins":[]}""")]
    [InlineData("""{"name":"a","cniVersion":"1.0.0","plugins":[{"kind":"x"}]}""")]
    [InlineData("""{"name":"a","cniVersion":"2.0.0","plugins":[{"type":"x"}]}""")]
    [InlineData("""{"name":7,"cniVersion":"1.0.0","plugins":[{"type":"x"}]}""")]
    public void Parse_Unusable_NamesTheFile(string json) =>
        Should.Throw<CniException>(() => Parse(json)).Message.ShouldStartWith("cni: test.conflist: ");

    [Fact]
    public void Load_NoDirectory_IsNoNetworkYet() => CniNetwork.Load("/nonexistent/cni").ShouldBeNull();

    [Fact]
    public void Load_SeveralFiles_TakesTheFirstByName()
    {
        var directory = Directory.CreateTempSubdirectory("straum-cni-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "20-b.conflist"), """{"name":"b","cniVersion":"1.0.0","plugins":[{"type":"x"}]}""");
            File.WriteAllText(Path.Combine(directory, "05-a.conflist"), """{"name":"a","cniVersion":"1.0.0","plugins":[{"type":"x"}]}""");
            CniNetwork.Load(directory)!.Name.ShouldBe("a");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static CniNetwork Parse(string json) => CniNetwork.Parse("test.conflist", Encoding.UTF8.GetBytes(json));
}
