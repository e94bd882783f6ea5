using System.Net;
using Straum.Lab.Echo;

namespace Straum.Lab.Check;

public sealed class QuestionTests
{
    private static readonly Question Asked = new(
        CheckPath.PodService, new Vantage("a", "n1", "ns", "cg", [], IsPod: true), "echo", ProbeProtocol.Tcp, IPEndPoint.Parse("10.96.0.9:7000"))
    {
        MayAnswer = ["x", "y"],
        MustAnswer = "x",
        Source = IPAddress.Parse("10.244.1.2"),
    };

    private static readonly ProbeReport Good = new(
        "tcp", "10.96.0.9:7000", 2, 2, new Dictionary<string, int> { ["x"] = 2 }, "10.96.0.9:7000", "10.244.1.2:5000",
        new EchoAnswer("x", "n1", "tcp", "10.244.1.3", 7000, "10.244.1.2", 5000, 1), new ProbeLatency(1, 2, 3), new Dictionary<string, int>());

    [Fact]
    public void Judge_AsExpected_IsNull() => Asked.Judge(Good).ShouldBeNull();

    [Fact]
    public void Judge_Unanswered_GivesTheErrors() =>
        Asked.Judge(Good with { Answered = 1, Errors = new Dictionary<string, int> { ["timeout"] = 1 } }).ShouldBe("timeout");

    [Fact]
    public void Judge_Stranger_IsNamed() =>
        Asked.Judge(Good with { Pods = new Dictionary<string, int> { ["x"] = 1, ["z"] = 1 } }).ShouldBe("answered by z");

    [Fact]
    public void Judge_WhoMustAnswerNeverDid_SaysSo() =>
        Asked.Judge(Good with { Pods = new Dictionary<string, int> { ["y"] = 2 } }).ShouldBe("never answered by x in 2 attempts");

    [Fact]
    public void Judge_TranslatedSource_IsSeen() =>
        Asked.Judge(Good with { Answer = Good.Answer! with { Source = "172.30.0.11" } }).ShouldBe("server saw source 172.30.0.11 instead of 10.244.1.2");

    [Fact]
    public void Judge_PeerIsTheBackend_IsSeen() =>
        Asked.Judge(Good with { Peer = "10.244.1.3:7000" }).ShouldBe("peer is 10.244.1.3:7000 instead of 10.96.0.9:7000");
}
