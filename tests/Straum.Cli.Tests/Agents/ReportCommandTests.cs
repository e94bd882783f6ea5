using System.Text.Json.Nodes;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Agent.Tests.LocalApi;
using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Agents;

public sealed class ReportCommandTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("straum-t-");
    private readonly FakeAgentState _first = new("n1");
    private readonly FakeAgentState _second = new("n2");
    private readonly List<LocalApiServer> _servers = [];

    private string First => Path.Combine(_folder.FullName, "n1.sock");

    private string Second => Path.Combine(_folder.FullName, "n2.sock");

    public async ValueTask InitializeAsync()
    {
        _servers.Add(await LocalApiServer.StartAsync(First, _first, stop: TestContext.Current.CancellationToken));
        _servers.Add(await LocalApiServer.StartAsync(Second, _second, stop: TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Services_OfTwoNodes_SameRowsAreOneAndEveryLineIsComplete()
    {
        _second.Services.Add(new("", "", "", "10.96.0.9", 53, "UDP", "cluster", Affinity: false, []));

        var run = await AskAsync("services");

        run.ExitCode.ShouldBe(ExitCode.Ok);
        Lines(run.Output).ShouldBe(
        [
            "NODE|SERVICE|PORT|KIND|FRONTEND|BACKEND|POD|ON",
            "n1,n2|default/web|http|ClusterIP|[fd96::a]:80/TCP|[fd44:0:0:1::5]:8080|default/web-1|n1",
            "n1,n2|default/web|http|ClusterIP|[fd96::a]:80/TCP|[fd44:0:0:2::6]:8080|default/web-2|n2",
            "n2|(unknown)|10.96.0.9:53/UDP|none",
        ]);
    }

    [Theory]
    [InlineData("endpoints", "n1,n2|10.244.1.5:8080/TCP|default/web-1|n1|ready|default/web")]
    [InlineData("pods", "n1,n2|default/web-1|10.244.1.5,fd44:0:0:1::5|veth1|attached|yes|1m1s")]
    [InlineData("routes", "n1,n2|10.244.2.0/24|remote-pods|n2|172.30.0.12|eth0|yes")]
    [InlineData("drops", "n1,n2|no_backend|socket|3|180|the Service has no endpoint that may be used|straum services; are its pods ready?")]
    public async Task List_OfTwoNodes_IsATable(string command, string row)
    {
        var run = await AskAsync(command);

        run.Error.ShouldBeEmpty();
        Lines(run.Output).Skip(1).ShouldBe([row]);
    }

    [Fact]
    public async Task Drops_None_SaysSo()
    {
        _first.Drops.Clear();
        _second.Drops.Clear();
        (await AskAsync("drops")).Output.ShouldBe("nothing was dropped\n");
    }

    [Fact]
    public async Task Status_OfTwoNodes_IsOneLineEachAndProblemsBelow()
    {
        _second.Status = _second.Status with { Problems = [new(ProblemReport.Warning, "Service default/[web]", "is not served.", "Add pods.")] };

        var run = await AskAsync("status");

        run.ExitCode.ShouldBe(ExitCode.Ok);
        Lines(run.Output).ShouldBe(
        [
            "NODE|VERSION|UP|API|MODE|MTU|PODS|FRONTENDS|LAST PASS|PROBLEMS",
            "n1|0.1.0|3m12s|synced|native|1500|12|24|400ms ago|0",
            "n2|0.1.0|3m12s|synced|native|1500|12|24|400ms ago|1",
            "warning n2 Service default/[web]: is not served. Add pods.",
        ]);
    }

    [Fact]
    public async Task Status_OneProblemOnSeveralNodes_IsOneLineThatNamesThem()
    {
        ProblemReport both = new(ProblemReport.Notice, "Service default/web", "is half served.", "Wait.");
        _first.Status = _first.Status with { Problems = [both] };
        _second.Status = _second.Status with { Problems = [new(ProblemReport.Warning, "", "is slow.", "Run."), both] };

        var run = await AskAsync("status");

        Lines(run.Output).Skip(3).ShouldBe(["notice n1,n2 Service default/web: is half served. Wait.", "warning n2: is slow. Run."]);
    }

    [Theory]
    [InlineData(2.5, ExitCode.Ok, "warning")]
    [InlineData(600, ExitCode.Problem, "error")]
    public async Task Status_TheApiDoesNotAnswer_IsAProblemAndTheTableStaysNarrow(double failingSeconds, int code, string severity)
    {
        ApiReport api = new("https://172.30.0.1:6443", Synced: true, "GET /api/v1/services?watch: Connection refused (172.30.0.1:6443)",
            [new WatchReport("Node", Connected: true, 3, "344", 900), new WatchReport("Service", Connected: false, 12, "345", AgeSeconds: 700, failingSeconds)]);
        _first.Status = _first.Status with { Api = api };
        _second.Status = _second.Status with { Api = api };

        var run = await AskAsync("status");

        run.ExitCode.ShouldBe(code);
        Lines(run.Output).Skip(1).ShouldBe(
        [
            "n1|0.1.0|3m12s|failing|native|1500|12|24|400ms ago|1",
            "n2|0.1.0|3m12s|failing|native|1500|12|24|400ms ago|1",
            $"{severity} n1,n2: hears of no changes: GET /api/v1/services?watch: Connection refused (172.30.0.1:6443). What is programmed stays as it is.",
        ]);
    }

    [Fact]
    public async Task Status_OfAnAgentThatWasJustStarted_SaysWhatIsNotThereYet()
    {
        _first.Status = _first.Status with
        {
            Waiting = "the first list of Service",
            Mtu = 0,
            Addresses = [],
            Api = new ApiReport("https://172.30.0.1:6443", Synced: false, null, [new WatchReport("Service", Connected: false, 0, "", null)]),
            Reconcile = new ReconcileReport(0, null, 0, null),
        };

        var lines = Lines((await CliRun.Of("status", "--socket", First)).Output);

        lines.ShouldContain("Service: not listed yet");
        lines.ShouldContain("Routing|native, MTU not known yet");
        lines.ShouldContain("Addresses|not known yet");
        lines.ShouldContain("Last pass|none yet");
    }

    [Fact]
    public async Task Routes_OfNodesThatDiffer_AreInTheOrderOfPrefixes()
    {
        _first.Routes.Add(new("10.244.9.0/24", "local-pods", "", "", "", "", Installed: true));
        _second.Routes.Insert(0, new("10.244.1.0/24", "local-pods", "", "", "", "", Installed: true));

        Lines((await AskAsync("routes")).Output).Skip(1).ShouldBe(
        [
            "n2|10.244.1.0/24|local-pods|yes",
            "n1,n2|10.244.2.0/24|remote-pods|n2|172.30.0.12|eth0|yes",
            "n1|10.244.9.0/24|local-pods|yes",
        ]);
    }

    [Fact]
    public async Task Status_OfOneNode_SaysEverything()
    {
        var run = await CliRun.Of("status", "--socket", First);

        run.ExitCode.ShouldBe(ExitCode.Ok);
        Lines(run.Output).ShouldBe(
        [
            "Node|n1, straum 0.1.0, up 3m12s",
            "API|https://172.30.0.1:6443, synced",
            "Service: 12, watching, version 345, heard 2s ago",
            "Routing|native, MTU 1500",
            "Addresses|172.30.0.11, fd30::11",
            "Pod prefix|10.244.1.0/24: 12 of 253 in use, 1 resting",
            "Device|eth0: uplink, MTU 1500, up",
            "Programs|1 of 1 attached",
            "Table|svc: 24 of 65536",
            "API to kernel|Service: p50 2.5 ms, p99 5 ms, longest 7.2 ms, 9 times",
            "Self-audit|found changed and repaired: svc 1",
            "Holds|12 pods, 24 Service frontends",
            "Last pass|400ms ago, took 1.5 ms, 45 so far",
            "Counted|to_pod: 7",
            "Problems|none",
        ]);
    }

    [Theory]
    [InlineData("waiting", "error n1: is not programmed: Node n1 does not exist")]
    [InlineData("failure", "error n1: the last pass failed: map full")]
    [InlineData("problem", "error n1 Service a/b: fails. Fix it.")]
    public async Task Status_WithAnError_HasExitCodeOne(string kind, string line)
    {
        _first.Status = kind switch
        {
            "waiting" => _first.Status with { Waiting = "Node n1 does not exist" },
            "failure" => _first.Status with { Reconcile = _first.Status.Reconcile with { Failure = "map full" } },
            _ => _first.Status with { Problems = [new(ProblemReport.Error, "Service a/b", "fails.", "Fix it.")] },
        };

        var run = await AskAsync("status");

        run.ExitCode.ShouldBe(ExitCode.Problem);
        Lines(run.Output)[^1].ShouldBe(line);
    }

    [Fact]
    public async Task Json_IsAnArrayWithOneReportPerNode()
    {
        var reports = JsonNode.Parse((await CliRun.Of("status", "-o", "json", "--socket", First)).Output)!.AsArray();

        reports.Single()!["node"]!.GetValue<string>().ShouldBe("n1");
        reports.Single()!["reconcile"]!["tookMilliseconds"]!.GetValue<double>().ShouldBe(1.5);
        reports.Single()!.AsObject().ContainsKey("waiting").ShouldBeFalse();
    }

    [Fact]
    public async Task Agent_ThatDoesNotRun_IsNamedAndTheOthersArePrinted()
    {
        await _servers[1].DisposeAsync();

        var run = await AskAsync("pods");

        run.ExitCode.ShouldBe(ExitCode.Unreachable);
        run.Error.ShouldStartWith($"straum: pods of {Second}: no agent answers at {Second}: Connection refused (is it running");
        Lines(run.Output).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Agent_ThatNeverRan_HasNoSocket()
    {
        var run = await CliRun.Of("routes", "--socket", Path.Combine(_folder.FullName, "none.sock"));

        run.ExitCode.ShouldBe(ExitCode.Unreachable);
        run.Error.ShouldContain("none.sock: no such socket (");
    }

    [Fact]
    public async Task Agent_ThatCannotTell_IsQuoted()
    {
        _first.Fault = new IOException("map lookup svc: EPERM");

        var run = await CliRun.Of("services", "--socket", First);

        run.ExitCode.ShouldBe(ExitCode.Problem);
        run.Error.ShouldBe($"straum: services of {First}: map lookup svc: EPERM\n");
        run.Output.ShouldBeEmpty();
    }

    private Task<CliRun> AskAsync(string command) => CliRun.Of(command, "--socket", First, "--socket", Second);

    // Columns are at least two blanks apart.
    private static List<string> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => string.Join('|', l.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))];
}
