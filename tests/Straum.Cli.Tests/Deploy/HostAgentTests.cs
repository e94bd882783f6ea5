using System.Text.RegularExpressions;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Linux;

namespace Straum.Cli.Tests.Deploy;

/// <summary>The agent of a host without Kubernetes: the unit's capabilities and a directory of manifests.</summary>
public sealed partial class HostAgentTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestNode _node = new();
    private readonly LocalApiClient _agent;

    public HostAgentTests() => _agent = new LocalApiClient(Path.Combine(_node.Folder("run"), "agent.sock"));

    private string Manifests => _node.Folder("manifests");

    private static string Shipped => Path.Combine(Deployment.Root, "deploy", "host");

    public void Dispose()
    {
        _agent.Dispose();
        _node.Dispose();
    }

    [Fact]
    public async Task Agent_OnManifests_ServesThem_AndKeepsTheLastGoodOnes()
    {
        var nodes = File.ReadAllText(Path.Combine(Shipped, "manifests/nodes.yaml")).Replace("192.0.2.", "172.31.0.", StringComparison.Ordinal);
        var web = File.ReadAllText(Path.Combine(Shipped, "manifests/web.yaml"));
        Write("nodes.yaml", nodes);
        Write("web.yaml", web);
        using var agent = Start();
        try
        {
            // :: Step 1: what the shipped examples say is in the kernel.
            await UntilAsync(LocalApiResources.Status, s => s.Waiting is null, agent);
            (await _agent.GetAsync(LocalApiResources.Services, Stop)).ShouldSatisfyAllConditions(Serves("10.96.0.80", 2));

            // :: Step 2: a bad file is named, with its line and field, and changes nothing.
            Write("web.yaml", web.Replace("port: 80\n", "port: eighty\n", StringComparison.Ordinal));
            var status = await UntilAsync(LocalApiResources.Status, s => s.Problems.Count > 0, agent);
            var problem = status.Problems.ShouldHaveSingleItem();
            problem.Object.ShouldBe("File web.yaml");
            problem.Message.ShouldContain("line 10, spec.ports[0].port");
            (await _agent.GetAsync(LocalApiResources.Services, Stop)).ShouldSatisfyAllConditions(Serves("10.96.0.80", 2));

            // :: Step 3: a right one is served, and the problem is over.
            Write("web.yaml", web.Replace("10.96.0.80", "10.96.0.81", StringComparison.Ordinal));
            await UntilAsync(LocalApiResources.Services, s => s.Services.Any(f => f.Address == "10.96.0.81"), agent);
            (await UntilAsync(LocalApiResources.Status, s => s.Problems.Count == 0, agent)).Waiting.ShouldBeNull();
        }
        finally
        {
            agent.Kill();
            await agent.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public void Capabilities_OfTheUnit_AreThoseOfTheManifests() =>
        UnitCapabilities().ShouldBe(Deployment.Kubernetes.Agent["securityContext"]!["capabilities"]!["add"]!.AsArray().Select(c => (string)c!));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Action<ServicesReport> Serves(string address, int backends) => report =>
        report.Services.Single(f => f.Address == address).Backends.Count.ShouldBe(backends);

    private static string[] UnitCapabilities() =>
        [.. CapabilityBoundingSet().Match(File.ReadAllText(Path.Combine(Shipped, "straum.service"))).Groups[1].Value.Split(' ').Select(c => c["CAP_".Length..])];

    private NamespacedProcess Start()
    {
        var config = Path.Combine(_node.Folder("configuration"), "straum.yaml");
        File.WriteAllText(config, File.ReadAllText(Path.Combine(Shipped, "straum.yaml")).Replace("/etc/straum/manifests", Manifests, StringComparison.Ordinal) + $"""
            node: {"{"}name: host1{"}"}
            socketLB: {"{"}cgroup: {_node.Sockets.Path}{"}"}
            cni: {"{"}confDir: {_node.Folder("cni")}{"}"}
            paths: {"{"}bpf: {_node.Pins}, run: {_node.Folder("run")}, state: {_node.Folder("state")}, objects: {Path.Combine(Deployment.Root, "bin/bpf")}{"}"}

            """);
        return NamespacedProcess.Start(_node.Namespace, new ProcessSpec
        {
            FileName = "setpriv",
            Arguments =
            [
                "--no-new-privs", "--bounding-set", string.Join(',', UnitCapabilities().Select(c => "+" + c.ToLowerInvariant()).Prepend("-all")),
                Path.Combine(AppContext.BaseDirectory, "straum"), "agent", "--config", config,
            ],
            OutputFile = Path.Combine(_node.Folder("log"), "agent"),
        });
    }

    private void Write(string name, string text)
    {
        var temporary = Path.Combine(_node.Folder("temporary"), name);
        File.WriteAllText(temporary, text);
        File.Move(temporary, Path.Combine(Manifests, name), overwrite: true);
    }

    private async Task<T> UntilAsync<T>(LocalApiResource<T> resource, Predicate<T> holds, NamespacedProcess agent)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        while (true)
        {
            agent.HasExited.ShouldBeFalse(Log());
            patience.IsCancellationRequested.ShouldBeFalse(Log());
            try
            {
                if (await _agent.GetAsync(resource, Stop) is var report && holds(report))
                {
                    return report;
                }
            }
            catch (AgentUnreachableException)
            {
                // Not listening yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), Stop);
        }

        // Made by the launcher, which may not have come to it yet.
        string Log()
        {
            var file = Path.Combine(_node.Folder("log"), "agent");
            return File.Exists(file) ? File.ReadAllText(file) : "nothing said yet";
        }
    }

    [GeneratedRegex("^CapabilityBoundingSet=(.*)$", RegexOptions.Multiline)]
    private static partial Regex CapabilityBoundingSet();
}
