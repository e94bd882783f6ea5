using Straum.Agent.Configuration;

namespace Straum.Agent.Cni;

public sealed class CniRivalsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("00-other.conf", """{"type":"bridge"}""")]
    [InlineData("01-other.conflist", """{"plugins":[{"type":"calico"},{"type":"portmap"}]}""")]
    [InlineData("02-other.json", "not json")]
    public void File_ThatRuntimesSortFirst_IsFound(string name, string content)
    {
        File.WriteAllText(Path.Combine(_directory, name), content);
        CniRivals.Find(_directory).ShouldBe([name]);
    }

    [Theory]
    [InlineData("10-other.conflist", """{"plugins":[{"type":"calico"}]}""")]
    [InlineData("00-other.conf.bak", """{"type":"bridge"}""")]
    [InlineData("00-multus.conf", """{"type":"multus-shim","clusterNetwork":"/etc/cni/net.d/05-straum.conflist"}""")]
    [InlineData("05-straum.conflist", "{}")]
    public void File_ThatTakesNoPodAway_IsNot(string name, string content)
    {
        File.WriteAllText(Path.Combine(_directory, name), content);
        CniRivals.Find(_directory).ShouldBeEmpty();
    }

    [Fact]
    public void Directory_ThatIsAbsent_HasNone() => CniRivals.Find(Path.Combine(_directory, "absent")).ShouldBeEmpty();

    [Fact]
    public void Problem_NamesTheFileAndTheNode()
    {
        var problem = CniRivals.ProblemOf("00-other.conf", new AgentOptions { Node = new NodeOptions { Name = "n1" }, Cni = new CniOptions { ConfDir = _directory } });
        problem.ToString().ShouldContain($"Node n1: The container runtime uses {_directory}/00-other.conf and not 05-straum.conflist");
    }
}
