using System.Net;
using Straum.Lab.Echo;

namespace Straum.Lab.Check;

public sealed class CheckPlanTests
{
    private static readonly Vantage PodA = Pod("a", "n1", "10.244.1.2", "fd44:0:0:1::2");
    private static readonly Vantage PodB = Pod("b", "n1", "10.244.1.3", "fd44:0:0:1::3");
    private static readonly Vantage PodC = Pod("c", "n2", "10.244.2.2", "fd44:0:0:2::2");

    private static readonly CheckTargets Targets = new(
        [PodA, PodB, PodC],
        [Host("n1", "172.30.0.11", "fd30::11"), Host("n2", "172.30.0.12", "fd30::12")],
        new Dictionary<string, ResponderPorts> { ["n1"] = new(41, 42), ["n2"] = new(43, 44) },
        new ServiceTarget("echo", [IPAddress.Parse("10.96.0.9"), IPAddress.Parse("fd96::9")], ["a", "c"]),
        new OutsideTarget(IPAddress.Parse("203.0.113.10"), IPAddress.Parse("2001:db8:113::10"), new(51, 52)));

    private static readonly IReadOnlyList<Question> Questions = CheckPlan.Make(Targets);

    [Fact]
    public void Make_EveryPath_IsAskedInBothFamilies()
    {
        foreach (var path in CheckPath.All.Where(p => p != CheckPath.ServiceBackends))
        {
            Questions.Where(q => q.Path == path).Select(q => q.Family).Distinct().Count().ShouldBe(2, path.Name);
        }
    }

    [Fact]
    public void Make_PodToPod_ExpectsThePodsOwnAddressAndTheVeryPod()
    {
        var question = Questions.Single(q => q.Path == CheckPath.PodOtherNode && q.From == PodA && q.Protocol == ProbeProtocol.Tcp && q.Target.Address.Equals(PodC.Addresses[0]));
        question.Source.ShouldBe(PodA.Addresses[0]);
        question.MayAnswer.ShouldBe(["c"]);
        Questions.Count(q => q.Path == CheckPath.PodSameNode).ShouldBe(2 * 4);
        Questions.Count(q => q.Path == CheckPath.PodOtherNode).ShouldBe(4 * 4);
    }

    [Fact]
    public void Make_PodToOutside_ExpectsTheNodesAddress() =>
        Questions.Where(q => q.Path == CheckPath.PodOutside && q.From == PodC).Select(q => q.Source!.ToString()).Distinct().ShouldBe(["172.30.0.12", "fd30::12"]);

    [Fact]
    public void Make_ServiceRows_DifferOnlyInTheCgroup()
    {
        Questions.Where(q => q.Path == CheckPath.PodService).ShouldAllBe(q => q.InCgroup);
        Questions.Where(q => q.Path == CheckPath.PodServicePerPacket).ShouldAllBe(q => !q.InCgroup);
        Questions.Where(q => q.Path == CheckPath.PodOwnService).Select(q => q.MustAnswer).Distinct().ShouldBe(["a", "c"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(20)]
    public void AttemptsToMeet_ABackend_MissesOnceInAMillion(int backends)
    {
        var missed = backends == 1 ? 0 : Math.Pow(1 - (1.0 / backends), CheckPlan.AttemptsToMeet(backends));
        missed.ShouldBeLessThanOrEqualTo(1e-6);
    }

    private static Vantage Pod(string name, string node, string v4, string v6) =>
        new(name, node, $"straum-{node}-{name}", "", [IPAddress.Parse(v4), IPAddress.Parse(v6)], IsPod: true);

    private static Vantage Host(string name, string v4, string v6) =>
        new(name, name, $"straum-{name}", "", [IPAddress.Parse(v4), IPAddress.Parse(v6)], IsPod: false);
}
