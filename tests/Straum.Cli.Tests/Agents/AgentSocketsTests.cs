using Straum.Cli.Agents;
using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Agents;

public sealed class AgentSocketsTests : IDisposable
{
    private readonly DirectoryInfo _lab = Directory.CreateTempSubdirectory("straum-t-");
    private readonly AgentSockets _sockets;

    public AgentSocketsTests() => _sockets = new AgentSockets(Path.Combine(_lab.FullName, "nodes"), "/own.sock");

    public void Dispose() => _lab.Delete(recursive: true);

    [Fact]
    public void Find_NoLab_IsThisNode() => _sockets.Find(null, []).ShouldBe([("this node", "/own.sock")]);

    [Fact]
    public void Find_InALab_IsEveryNodeInOrder()
    {
        CreateNodes("n2", "n1");
        _sockets.Find(null, []).Select(static s => s.Name).ShouldBe(["n1", "n2"]);
    }

    [Fact]
    public void Find_Node_IsItsSocket()
    {
        CreateNodes("n1", "n2");
        _sockets.Find("n2", []).ShouldBe([("n2", Path.Combine(_lab.FullName, "nodes/n2/run/agent.sock"))]);
    }

    [Fact]
    public void Find_UnknownNode_NamesTheOthers()
    {
        CreateNodes("n1", "n2");
        var fault = Should.Throw<CommandFault>(() => _sockets.Find("worker", []));
        fault.Message.ShouldBe("straum: find node worker: the lab has no such node (its nodes are n1, n2)");
        // Not 1, which the doctor says of warnings.
        fault.ExitCode.ShouldBe(ExitCode.Usage);
    }

    [Fact]
    public void Find_NodeWithoutLab_SaysHowToMakeOne() =>
        Should.Throw<CommandFault>(() => _sockets.Find("n1", [])).Message.ShouldBe("straum: find node n1: no lab runs on this machine (straum lab up)");

    [Fact]
    public void Find_Socket_WinsOverTheLab()
    {
        CreateNodes("n1");
        _sockets.Find(null, ["/x.sock"]).ShouldBe([("/x.sock", "/x.sock")]);
        _sockets.Find("n1", ["/x.sock"]).ShouldBe([("/x.sock", "/x.sock")]);
    }

    [Fact]
    public void Find_UnknownNodeBesideASocket_IsNoLessWrong()
    {
        CreateNodes("n1");
        Should.Throw<CommandFault>(() => _sockets.Find("n2", ["/x.sock"])).ExitCode.ShouldBe(ExitCode.Usage);
    }

    private void CreateNodes(params string[] names)
    {
        foreach (var name in names)
        {
            _lab.CreateSubdirectory("nodes/" + name);
        }
    }
}
