using System.Net;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks;

public sealed class ClusterTests : CheckTest
{
    [Theory]
    [InlineData("ST-CL-001")]
    [InlineData("ST-CL-002")]
    [InlineData("ST-CL-004")]
    [InlineData("ST-CL-006")]
    [InlineData("ST-CL-007")]
    public async Task NoAgent_DoesNotApply(string id) => await ShouldBeAsync(id, Verdict.Skip, "no agent answers");

    [Fact]
    public async Task AgentThatDoesNotRun_WhereItsPinsAre_Fails()
    {
        Host.Files["/sys/fs/bpf/straum/links/uplink"] = [""];
        await ShouldBeAsync("ST-CL-001", Verdict.Fail, "it does not run: nobody answers at /run/straum/agent.sock");
    }

    [Fact]
    public async Task AgentThatDoesNotRun_OfALabsNode_Fails()
    {
        Host.Options = new DoctorOptions { LabNode = new LabNode("n1", "", "") };
        await ShouldBeAsync("ST-CL-001", Verdict.Fail, "it does not run");
    }

    [Fact]
    public async Task AgentThatHangs_Fails()
    {
        Host.SilentAgent = true;
        await ShouldBeAsync("ST-CL-001", Verdict.Fail, "it hangs: http://straum/v1/status: no answer within 10 s");
    }

    [Fact]
    public async Task Agent_Well_Passes()
    {
        Host.AgentReports["status"] = """{"version":"0.1.0","uptimeSeconds":5,"reconcile":{"passes":3,"ageSeconds":1,"tookMilliseconds":4},"programs":[{"name":"uplink_in","attached":true}],"problems":[{"severity":"notice","message":"x"}]}""";
        await ShouldBeAsync("ST-CL-001", Verdict.Pass, "straum 0.1.0");
    }

    [Fact]
    public async Task Agent_InTrouble_SaysEachThing()
    {
        Host.AgentReports["status"] = """{"waiting":"no Node object","reconcile":{"failure":"map full"},"programs":[{"name":"uplink_in","hook":"tcx ingress","target":"eth0","attached":false}],"problems":[{"severity":"warning","object":"Service a/b","message":"two ports"}]}""";
        (await ExamineAsync("ST-CL-001")).Findings.Select(static f => f.Verdict).ShouldBe([Verdict.Fail, Verdict.Fail, Verdict.Fail, Verdict.Warn]);
    }

    [Fact]
    public async Task Convergence_IsThatOfTheSlowestKind()
    {
        Host.AgentReports["/metrics"] = "straum_build_info 1\n";
        (await FindAsync("ST-CL-006")).Verdict.ShouldBe(Verdict.Unknown);
        Host.AgentReports["/metrics"] = Latencies("Service", 0.005) + Latencies("EndpointSlice", 0.01);
        await ShouldBeAsync("ST-CL-006", Verdict.Pass, "p99 at most 10.0 ms of 200 changes, 2 kinds");
        Host.AgentReports["/metrics"] = Latencies("Service", 0.005) + Latencies("EndpointSlice", 2.5);
        (await ExamineAsync("ST-CL-006")).Findings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(Verdict.Warn), f => f.Subject.ShouldBe("EndpointSlice"), f => f.Measured.ShouldBe("p99 at most 2.50 s of 100"));
    }

    [Theory]
    [InlineData("""{"api":{"server":"https://1.2.3.4:6443","synced":true,"watches":[{"kind":"Service","ageSeconds":20}]}}""", Verdict.Pass)]
    [InlineData("""{"api":{"server":"https://1.2.3.4:6443","synced":true,"watches":[{"kind":"Service","ageSeconds":900}]}}""", Verdict.Warn)]
    [InlineData("""{"api":{"server":"https://1.2.3.4:6443","synced":false,"watches":[]}}""", Verdict.Fail)]
    [InlineData("""{"api":{"server":"https://1.2.3.4:6443","synced":true,"lastError":"connection refused","watches":[]}}""", Verdict.Fail)]
    public async Task Api_IsHeard(string status, Verdict verdict)
    {
        Host.AgentReports["status"] = status;
        (await FindAsync("ST-CL-002")).Verdict.ShouldBe(verdict);
    }

    [Theory]
    [InlineData(20, 0.5, Verdict.Pass)]
    [InlineData(20, 22, Verdict.Warn)]
    [InlineData(19, 0.5, Verdict.Warn)]
    [InlineData(15, 0.5, Verdict.Fail)]
    [InlineData(1, 0.5, Verdict.Fail)]
    // Silence may be a filter's.
    [InlineData(0, 0.5, Verdict.Unknown)]
    public async Task Distance_LossAndTime(int answered, double milliseconds, Verdict verdict)
    {
        Host.Options = new DoctorOptions { Peers = [IPAddress.Parse("10.0.0.2")] };
        var sent = 0;
        Host.Own.Echo = (_, _) => new Echo(sent++ < answered ? TimeSpan.FromMilliseconds(milliseconds) : null);
        (await FindAsync("ST-CL-003")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Services_OneWithoutBackends_IsNamed()
    {
        Host.AgentReports["services"] = """{"services":[{"service":"a/x","backends":[]},{"service":"a/x","backends":[{"address":"10.244.1.2"}]},{"service":"a/y","backends":[]}]}""";
        (await FindAsync("ST-CL-004")).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(Verdict.Warn), f => f.Subject.ShouldBe("a/y"),
            f => f.Fix.ShouldNotBeNull().ShouldStartWith("kubectl get service y -n a -o wide; kubectl get pods -n a "));
    }

    [Fact]
    public async Task LoadBalancers_PendingOne_IsNamed()
    {
        await ShouldBeAsync("ST-CL-005", Verdict.Skip, "not installed");
        Kubectl(0, """{"items":[{"metadata":{"namespace":"a","name":"x"},"spec":{"type":"LoadBalancer"},"status":{"loadBalancer":{}}},{"metadata":{"namespace":"a","name":"y"},"spec":{"type":"LoadBalancer"},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}},{"metadata":{"namespace":"a","name":"z"},"spec":{"type":"ClusterIP"}}]}""", "");
        (await FindAsync("ST-CL-005")).Subject.ShouldBe("a/x");
    }

    [Fact]
    public async Task LoadBalancers_KubectlRefused_IsUnknown()
    {
        Kubectl(1, "", "Error from server (Forbidden): services is forbidden\n");
        await ShouldBeAsync("ST-CL-005", Verdict.Unknown, "Forbidden");
        Kubectl(1, "", "The connection to the server localhost:8080 was refused\n");
        (await FindAsync("ST-CL-005")).Verdict.ShouldBe(Verdict.Skip);
    }

    [Fact]
    public async Task Refusals_NotRising_Pass()
    {
        Host.AgentReports["drops"] = """{"drops":[{"reason":"no_backend","place":"socket","packets":7,"what":"no endpoint","hint":"look"}]}""";
        (await FindAsync("ST-CL-007")).Verdict.ShouldBe(Verdict.Pass);
    }

    private void Kubectl(int code, string output, string error) =>
        Host.Tools["kubectl get services --all-namespaces --output json --request-timeout 5s"] = new ToolOutput(code, output, error);

    /// <summary>A hundred changes in the bucket that ends at a limit.</summary>
    private static string Latencies(string kind, double limit) => string.Concat(new[] { 0.005, 0.01, 2.5 }.Select(le => FormattableString.Invariant(
        $"straum_event_to_kernel_seconds_bucket{{kind=\"{kind}\",le=\"{le}\"}} {(le >= limit ? 100 : 0)}\n")))
        + $"straum_event_to_kernel_seconds_bucket{{kind=\"{kind}\",le=\"+Inf\"}} 100\n";
}
