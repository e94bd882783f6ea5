using Straum.Agent.Daemon;
using Straum.Agent.Daemon.Conditions;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Agent.Tests.Daemon.Conditions;

/// <summary>Who writes the condition, as far as one node can tell.</summary>
public sealed class ConditionBoardTests
{
    private readonly SnapshotBuilder _cluster = new() { AllSynced = true };
    private readonly ConditionBoard _board = new("n1");
    private Shortage _shortage = Shortage.None;

    public ConditionBoardTests()
    {
        _cluster.Set(new Node { Meta = new() { Name = "n1" } }).Set(new Node { Meta = new() { Name = "n2" } });
    }

    [Fact]
    public void Shortage_OfOnePass_IsNotTold()
    {
        Serve("web");
        Pass("web");
        Next().ShouldBeNull();

        Pass("web");
        Next().ShouldBe("web");
    }

    [Fact]
    public void Shortage_ThatAGrowingTableChanges_IsNotToldYet()
    {
        Serve("web");
        PassThatSays("64 entries", "web");
        PassThatSays("128 entries", "web");
        Next().ShouldBeNull();
    }

    [Fact]
    public void Service_ThatAnotherNodeHolds_IsLeftAlone()
    {
        Serve("web", holder: "n2");
        Lack("web");
        Next().ShouldBeNull();
    }

    [Fact]
    public void Service_WhereOurOwnNodeIsNoMore_IsLeftAlone()
    {
        _cluster.Nodes = _cluster.Nodes.Remove(new("", "n1"));
        Serve("web");
        Lack("web");
        Next().ShouldBeNull("everybody else would take it away again");
    }

    [Fact]
    public void Service_ThatThisNodeHolds_IsWrittenOnce()
    {
        Serve("web", holder: "n1");
        Lack("web");
        Next().ShouldBeNull();
    }

    [Fact]
    public void Condition_OfThisNode_IsClearedWhenItFits_AlsoByALaterAgent()
    {
        Serve("web", holder: "n1");
        Pass();
        Next().ShouldBe("web");
        Step("web").ShouldBe(ConditionStep.Clear);
    }

    [Fact]
    public void Condition_ThatIsCleared_IsTheNextNodes()
    {
        Serve("web", holder: "n2");
        Lack("web");
        Serve("web");
        Pass("web");
        Next().ShouldBe("web");
        Step("web").ShouldBe(ConditionStep.Claim);
    }

    [Theory]
    [InlineData(true, "Claim")]
    [InlineData(false, "Clear")]
    public void Condition_OfANodeThatIsNoMore_IsAnybodys(bool lacks, string step)
    {
        Serve("web", holder: "gone");
        Lack(lacks ? ["web"] : []);
        Next().ShouldBe("web");
        Step("web").ToString().ShouldBe(step);
    }

    [Fact]
    public void Condition_WhoseMessageNamesNobody_IsANodesThatIsNoMore()
    {
        _cluster.Set(new Service
        {
            Meta = new() { Namespace = "shop", Name = "web" },
            Conditions = [new() { Type = ProgrammedCondition.Type, Status = "False", Message = "someone edited it" }],
        });
        Pass();
        Step("web").ShouldBe(ConditionStep.Clear);
    }

    [Theory]
    [InlineData("straum.io/Programmed", "True")]
    [InlineData("straum.io/Other", "False")]
    public void OtherConditions_AreNotLookedAt(string type, string status)
    {
        _cluster.Set(new Service { Meta = new() { Namespace = "shop", Name = "web" }, Conditions = [new() { Type = type, Status = status, Message = "n1: x" }] });
        Pass();
        Next().ShouldBeNull();
    }

    [Fact]
    public void TenThousandServices_GetAsManyConditionsAsAnybodyReads()
    {
        var names = Enumerable.Range(0, 10_000).Select(i => $"s{i:D4}").ToArray();
        foreach (var name in names)
        {
            Serve(name);
        }
        Lack(names);

        var written = new List<string>();
        while (Next() is { } name)
        {
            written.Add(name);
            Serve(name, holder: "n1");
            Pass(names);
        }

        written.ShouldBe(names[..ConditionBoard.Most]);
    }

    [Fact]
    public void NodesThatLackTheSame_LookAtTheSameServices()
    {
        var names = Enumerable.Range(0, 1_000).Select(i => $"s{i:D4}").ToArray();
        foreach (var name in names)
        {
            Serve(name, holder: string.CompareOrdinal(name, names[ConditionBoard.Most]) < 0 ? "n2" : null);
        }
        Lack(names);
        Next().ShouldBeNull("the other node has told of as many as anybody reads");
    }

    [Fact]
    public void ClearsComeFirst_AndMakeRoomForClaims()
    {
        var held = Enumerable.Range(0, ConditionBoard.Most).Select(i => $"z{i:D2}").ToArray();
        foreach (var name in held)
        {
            Serve(name, holder: "n1");
        }
        Serve("web");
        Lack([.. held, "web"]);
        Next().ShouldBeNull();

        Lack([.. held[1..], "web"]);
        Next().ShouldBe("z00");
        Serve("z00");
        Lack([.. held[1..], "web"]);
        Next().ShouldBe("web");
    }

    [Fact]
    public void ServiceThatIsDeleted_NeedsNothing()
    {
        Serve("web", holder: "n1");
        Pass();
        _cluster.Services = _cluster.Services.Remove(new("shop", "web"));
        Lack("web");
        Next().ShouldBeNull();
    }

    private void Serve(string name, string? holder = null) => _cluster.Set(new Service
    {
        Meta = new() { Namespace = "shop", Name = name },
        Conditions = holder is null ? [] : [new() { Type = ProgrammedCondition.Type, Status = "False", Message = $"{holder}: the table svc is full." }],
    });

    private void Lack(params string[] services)
    {
        Pass(services);
        Pass(services);
    }

    private void Pass(params string[] services) => PassThatSays("full", services);

    private void PassThatSays(string why, params string[] services)
    {
        _shortage = _shortage.After(new NodeLoopState
        {
            Snapshot = _cluster.Build(),
            Unplaced = [.. services.Select(s => new Problem { Severity = Severity.Error, Object = new("Service", new("shop", s)), Message = why, Fix = "Wait." })],
        });
        _board.Update(_shortage);
    }

    private string? Next() => _board.Next(_ => false)?.Name;

    private ConditionStep Step(string service) => _board.StepFor(_cluster.Services.Find("shop", service)!);
}
