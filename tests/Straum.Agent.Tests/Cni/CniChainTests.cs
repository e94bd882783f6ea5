namespace Straum.Agent.Cni;

public sealed class CniChainTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("""{"plugins":[{"type":"straum-cni"},{"type":"bandwidth"}]}""")]
    [InlineData("""{"type":"multus","delegates":[{"name":"pods","plugins":[{"type":"straum-cni"},{"type":"tuning"}]}]}""")]
    public void Plugin_AfterOurs_IsFound(string content) => IsFollowed(content).ShouldBeTrue();

    [Theory]
    [InlineData("""{"plugins":[{"type":"straum-cni"}]}""")]
    [InlineData("""{"plugins":[{"type":"bridge"},{"type":"bandwidth"}]}""")]
    [InlineData("""{"type":"multus","clusterNetwork":"/etc/cni/net.d/05-straum.conflist"}""")]
    [InlineData("""{"plugins":7}""")]
    [InlineData("not json")]
    public void List_WithoutOne_IsNot(string content) => IsFollowed(content).ShouldBeFalse();

    [Fact]
    public void OurOwnList_IsNot()
    {
        CniConfigFile.Write(_directory, "straum", "/run/straum/agent.sock", "/var/lib/straum/cni/pending");
        CniChain.IsFollowed(_directory).ShouldBeFalse();
    }

    [Fact]
    public void Directory_ThatIsAbsent_IsNot() => CniChain.IsFollowed(Path.Combine(_directory, "absent")).ShouldBeFalse();

    private bool IsFollowed(string content)
    {
        File.WriteAllText(Path.Combine(_directory, "10-pods.conflist"), content);
        return CniChain.IsFollowed(_directory);
    }
}
