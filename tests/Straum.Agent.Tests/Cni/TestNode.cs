using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Control.Addressing;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Agent.Cni;

/// <summary>
/// A node: a namespace for the host, one for each pod, and the CNI half of an agent on a Unix socket, which the built
/// straum-cni calls. The agent can be killed and started again; everything else stays.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly List<TestNamespace> _pods = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;
    private WebApplication? _app;
    private bool _isRunning;
    private PodWiring? _wiring;

    private TestNode(IReadOnlyList<string> podCidrs) => PodCidrs = podCidrs;

    public TestNamespace Host { get; } = new();

    public FakeDatapath Datapath { get; private set; } = null!;

    public ManualClock Clock { get; } = new();

    public PodRegistry Registry { get; private set; } = null!;

    public PodAttachments Attachments { get; private set; } = null!;

    public PodReconciler Reconciler { get; private set; } = null!;

    public CniServer Server { get; private set; } = null!;

    public NodeReadiness Readiness { get; set; } = NodeReadiness.Ready;

    public IReadOnlyList<string> PodCidrs { get; set; }

    public string BootId { get; set; } = "boot-1";

    public string StateDirectory => Path.Combine(_directory, "state");

    public string PendingDirectory => Path.Combine(_directory, "pending");

    private string Socket => Path.Combine(_directory, "agent.sock");

    public static async Task<TestNode> StartAsync(params string[] podCidrs)
    {
        var node = new TestNode(podCidrs.Length > 0 ? podCidrs : ["10.244.1.0/24", "fd44:0:0:1::/64"]);
        await node.StartAgentAsync();
        return node;
    }

    public async Task StartAgentAsync()
    {
        Datapath = new FakeDatapath(Host);
        _wiring = Host.Namespace.Run(() => new PodWiring());
        Registry = PodRegistry.Open(
            StateDirectory, new PodRegistryOptions { Node = new ObjectName("Node", new NamespacedName("", "n1")), BootId = BootId }, Clock);
        Registry.SetPodCidrs(PodCidrs.Select(IPNetwork.Parse), _wiring.HasIpv6);
        var pending = new PendingDeletes(PendingDirectory);
        Attachments = new PodAttachments(
            Registry, _wiring, Datapath, pending, () => 1450, Clock, NullLogger<PodAttachments>.Instance);
        Reconciler = new PodReconciler(
            Registry, Attachments, _wiring, Datapath, pending, Clock, NullLogger<PodReconciler>.Instance);
        Server = new CniServer(Registry, Attachments, () => Readiness, NullLogger<CniServer>.Instance);
        _isRunning = true;
        await Reconciler.RecoverAsync();
        await ListenAsync();
    }

    /// <summary>As by a signal that cannot be caught: nothing is finished or written down.</summary>
    public async Task KillAgentAsync()
    {
        _isRunning = false;
        if (_app is not null)
        {
            await _app.StopAsync(new CancellationToken(canceled: true));
            await _app.DisposeAsync();
            _app = null;
        }
        File.Delete(Socket);
        Attachments.Dispose();
        Registry.Dispose();
        _wiring!.Dispose();
    }

    public TestNamespace NewPodNamespace()
    {
        var pod = new TestNamespace();
        lock (_pods)
        {
            _pods.Add(pod);
        }
        return pod;
    }

    /// <summary>Runs the built plugin.</summary>
    public Task<PluginRun> CallAsync(string command, string container, string netns, string version = "1.1.0", JsonObject? more = null, string ifName = "eth0") =>
        PluginRun.RunAsync(
            command, System.Text.Encoding.UTF8.GetBytes(Config(version, more).ToJsonString()), Environment(container, netns, ifName), sanitized: false);

    public async Task<JsonObject> AddAsync(string container, TestNamespace pod, string version = "1.1.0", JsonObject? more = null)
    {
        var run = await CallAsync("ADD", container, pod.Namespace.Path, version, more);
        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        return run.Json;
    }

    public async Task DeleteAsync(string container, string netns = "") =>
        (await CallAsync("DEL", container, netns)).ShouldBe(new PluginRun(0, "", ""));

    public PodRecord Pod(string container)
    {
        Registry.TryGet(new AddressOwner(container, "eth0"), out var pod).ShouldBeTrue();
        return pod!;
    }

    /// <summary>The host ends that exist.</summary>
    public IReadOnlyList<string> HostLinks() =>
        [.. Host.Net.Links.List().Select(l => l.Name).Where(n => n.StartsWith(PodLink.HostNamePrefix, StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        if (_isRunning)
        {
            await KillAgentAsync();
        }
        foreach (var pod in _pods)
        {
            pod.Dispose();
        }
        Host.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private JsonObject Config(string version, JsonObject? more)
    {
        var config = new JsonObject
        {
            ["cniVersion"] = version,
            ["name"] = "straum",
            ["type"] = "straum-cni",
            ["socket"] = Socket,
            ["journalDir"] = PendingDirectory,
        };
        foreach (var (key, value) in more ?? [])
        {
            config[key] = value?.DeepClone();
        }
        return config;
    }

    private static Dictionary<string, string> Environment(string container, string netns, string ifName) => new()
    {
        ["CNI_CONTAINERID"] = container,
        ["CNI_NETNS"] = netns,
        ["CNI_IFNAME"] = ifName,
        ["CNI_ARGS"] = $"IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-{container};K8S_POD_UID=uid-{container};OTHER=x",
        ["CNI_PATH"] = "/opt/cni/bin",
    };

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.ListenUnixSocket(Socket, l => l.Protocols = HttpProtocols.Http1));
        _app = builder.Build();
        _app.MapCni(Server);
        await _app.StartAsync();
    }
}
