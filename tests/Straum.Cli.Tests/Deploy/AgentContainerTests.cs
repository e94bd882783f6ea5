using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Straum.Agent.LocalApi;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Lab.ApiServer;
using Straum.Lab.Cni;
using Straum.Linux;
using Straum.Testing;

namespace Straum.Cli.Tests.Deploy;

/// <summary>
/// The shipped agent inside a container with exactly what deploy/kubernetes gives it: capabilities, seccomp profile, mounts,
/// service account. It has to do all of its work: load and attach programs, follow the API, wire a pod, answer the probes.
/// </summary>
public sealed class AgentContainerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestNode _node = new();

    private string Host => _node.Folder("host");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Installer_WithNoCapability_PutsThePluginThere()
    {
        using var installer = Create(Deployment.Kubernetes.Installer, []);
        installer.Capabilities.ShouldBeEmpty();
        installer.Run().ShouldBe(0, installer.Log);

        var plugin = Path.Combine(Host, "opt/cni/bin/straum-cni");
        File.ReadAllBytes(plugin).ShouldBe(File.ReadAllBytes(Path.Combine(Deployment.Root, "bin/straum-cni")));
        File.GetUnixFileMode(plugin).HasFlag(UnixFileMode.OtherExecute).ShouldBeTrue();
    }

    [Fact]
    public async Task Agent_WithTheManifestsRightsAlone_DoesAllItsWork()
    {
        var requests = new ApiRequests();
        await using var server = await TestApiServer.StartAsync(requests, new ListenAddress(_node.Name, new IPEndPoint(TestNode.V4, 6443)));
        await RegisterNodeAsync(server);
        using var agent = Create(Deployment.Kubernetes.Agent, ServiceAccount(server));
        agent.Start();

        // :: Step 1: it becomes ready, by the manifest's own probes.
        await UntilAsync(() => agent.Probe("readinessProbe").ExitCode == 0, agent);
        agent.Probe("livenessProbe").ExitCode.ShouldBe(0);

        // :: Step 2: a pod whose namespace is made after the container was started.
        using var pod = new TestNamespace();
        var runtime = new CniRuntime(Path.Combine(Deployment.Root, "bin"), new PluginProcess(_node.Name).RunAsync);
        var attachment = new CniAttachment("straum-t-pod", "/var" + pod.Namespace.Path);
        await runtime.AddAsync(Network(), attachment, Stop);
        NamespacedProcess.Run(pod, "ping", "-c", "1", "-W", "5", TestNode.V4.ToString()).ExitCode.ShouldBe(0);
        NamespacedProcess.Run(pod, "ping", "-c", "1", "-W", "5", TestNode.V6.ToString()).ExitCode.ShouldBe(0);

        // :: Step 3: nothing is missing or wrong.
        using var local = new LocalApiClient(Path.Combine(Host, "run/straum/agent.sock"));
        var status = await local.GetAsync(LocalApiResources.Status, Stop);
        status.Programs.ShouldAllBe(p => p.Attached);
        status.Programs.ShouldContain(p => p.Hook.Contains("connect", StringComparison.OrdinalIgnoreCase));
        status.Problems.ShouldBeEmpty();
        status.Pods.ShouldBe(1);

        // :: Step 4: it asked the API for nothing that the ClusterRole does not allow.
        await runtime.DelAsync(Network(), attachment, Stop);
        requests.Seen.Except(Deployment.Kubernetes.Allowed).ShouldBe(["create /nodes", "patch /nodes/status"], ignoreOrder: true); // the test's own
    }

    private Container Create(JsonObject container, Dictionary<string, string> files)
    {
        var cgroups = ControlGroup.Mount;
        var shared = new Dictionary<string, string>
        {
            ["/sys/fs/bpf"] = Mounts.BpfFileSystem,
            ["/sys/fs/cgroup"] = cgroups,
            [NetworkNamespace.Directory] = NetworkNamespace.Directory,
        };
        return new Container(Deployment.Kubernetes.Pod, container, Host, shared, _node.Namespace.Path, files);
    }

    /// <summary>What kubelet mounts: the configuration, and the service account's token.</summary>
    private Dictionary<string, string> ServiceAccount(TestApiServer server)
    {
        var configuration = _node.Folder("configuration");
        // The manifest's, but for what would touch this machine's own agent, and an API server without a Service.
        File.WriteAllText(Path.Combine(configuration, "straum.yaml"), Deployment.Kubernetes.Configuration
            .Replace("serviceHost: \"\"", $"serviceHost: {TestNode.V4}", StringComparison.Ordinal)
            .Replace("servicePort: 0", "servicePort: 6443", StringComparison.Ordinal)
            .Replace("cgroup: /host/cgroup", $"cgroup: /host/cgroup/{Path.GetRelativePath(ControlGroup.Mount, _node.Sockets.Path)}", StringComparison.Ordinal)
            + $"paths:\n  bpf: {_node.Pins}\n");
        var account = _node.Folder("account");
        File.WriteAllText(Path.Combine(account, "ca.crt"), server.AuthorityPem);
        File.WriteAllText(Path.Combine(account, "token"), server.Token);
        File.WriteAllText(Path.Combine(account, "namespace"), "kube-system");
        return new Dictionary<string, string>
        {
            ["/etc/straum"] = configuration,
            ["/var/run/secrets/kubernetes.io/serviceaccount"] = account,
        };
    }

    private static async Task RegisterNodeAsync(TestApiServer server)
    {
        using var client = new KubernetesClient(server.Config);
        await client.CreateAsync(Kinds.Nodes, "", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "n1" },
            ["spec"] = new JsonObject { ["podCIDRs"] = new JsonArray("10.244.1.0/24", "fd44:0:0:1::/64") },
        }, Stop);
        await client.PatchStatusAsync(Kinds.Nodes, new("", "n1"), new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["addresses"] = new JsonArray(
                    new JsonObject { ["type"] = "InternalIP", ["address"] = TestNode.V4.ToString() },
                    new JsonObject { ["type"] = "InternalIP", ["address"] = TestNode.V6.ToString() }),
            },
        }, Stop);
    }

    // The host's paths are below a directory of the test; the runtime would read them as they stand.
    private CniNetwork Network()
    {
        var file = Path.Combine(Host, "etc/cni/net.d/05-straum.conflist");
        var text = File.ReadAllText(file).Replace("\"/run/", $"\"{Host}/run/", StringComparison.Ordinal).Replace("\"/var/", $"\"{Host}/var/", StringComparison.Ordinal);
        return CniNetwork.Parse(file, System.Text.Encoding.UTF8.GetBytes(text));
    }

    private static async Task UntilAsync(Func<bool> holds, Container agent)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        while (!holds())
        {
            agent.IsRunning.ShouldBeTrue(agent.Log);
            patience.IsCancellationRequested.ShouldBeFalse(agent.Log);
            await Task.Delay(TimeSpan.FromMilliseconds(50), Stop);
        }
    }
}
