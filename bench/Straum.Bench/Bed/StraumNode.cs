using System.Diagnostics;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Bench.Api;
using Straum.Lab.Cni;
using Straum.Linux;

namespace Straum.Bench.Bed;

/// <summary>A node with the agent that ships, started as it is in production, and pods set up by its CNI plugin.</summary>
internal sealed class StraumNode
{
    /// <summary>Configuration of a node that has room for 100,000 Services from the beginning: no table grows under a measurement.</summary>
    public const string RoomForServices = """
        tables:
          services: 262144
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _name;
    private readonly Fabric _fabric;
    private NamespacedProcess? _agent;

    /// <param name="fabric">The wire.</param>
    /// <param name="name">The Node object's name.</param>
    /// <param name="index">Its number, which gives its addresses.</param>
    /// <param name="api">Where its agent watches.</param>
    /// <param name="mode">native or vxlan.</param>
    /// <param name="extraConfig">Further lines of straum.yaml.</param>
    public StraumNode(Fabric fabric, string name, int index, FakeApi api, string mode = "native", string extraConfig = "")
    {
        (_name, _fabric, Machine) = (name, fabric, fabric.AddNode(name, index));
        foreach (var directory in new[] { State, Run, Cni })
        {
            Directory.CreateDirectory(directory);
        }
        File.WriteAllText(Kubeconfig, $"""
            apiVersion: v1
            kind: Config
            current-context: bench
            contexts: [{"{"}name: bench, context: {"{"}cluster: bench{"}"}{"}"}]
            clusters: [{"{"}name: bench, cluster: {"{"}server: "{api.Url}"{"}"}{"}"}]

            """);
        File.WriteAllText(Config, $"""
            node:
              name: {name}
            kubernetes:
              kubeconfig: {Kubeconfig}
            routing:
              mode: {mode}
            socketLB:
              cgroup: {Machine.Group.Path}
            paths:
              state: {State}
              run: {Run}
              bpf: {Bpf}
            cni:
              confDir: {Cni}
            {extraConfig}

            """);
    }

    public Machine Machine { get; }

    /// <summary>The directory that the agent pins below.</summary>
    public string Bpf => Path.Combine(BedNames.BpfRoot, _name);

    public string Cni => Path.Combine(Root, "cni");

    /// <summary>The agent's process; it must have been started.</summary>
    public int AgentPid => _agent!.Id;

    private string Root => Path.Combine(BedNames.Root, _name);

    private string State => Path.Combine(Root, "state");

    private string Run => Path.Combine(Root, "run");

    private string Config => Path.Combine(Root, "straum.yaml");

    private string Socket => Path.Combine(Run, "agent.sock");

    private string AgentLog => Path.Combine(Root, "agent.log");

    private string Kubeconfig => Path.Combine(Root, "kubeconfig");

    /// <summary>Starts the agent and waits until it has programmed the node.</summary>
    /// <param name="program">Of another build; null for this one's.</param>
    public async Task StartAgentAsync(string? program = null)
    {
        _agent = Machine.Start(new ProcessSpec
        {
            FileName = program ?? Programs.Straum,
            Arguments = ["agent", "--config", Config],
            WorkingDirectory = "/",
            ControlGroup = ControlGroup.Create($"{BedNames.ControlGroup}/{_name}/agent"),
            OutputFile = AgentLog,
        });
        await UntilAsync(async () => await TryStatusAsync() is { Waiting: null, Reconcile.Passes: > 0 } && CniNetwork.Load(Cni) is not null, "is not ready");
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAgentAsync()
    {
        _agent!.Kill();
        await _agent.WaitForExitAsync();
        _agent.Dispose();
        _agent = null;
    }

    /// <summary>The agent's report; null when it does not answer.</summary>
    public async Task<StatusReport?> TryStatusAsync()
    {
        using var client = new LocalApiClient(Socket);
        try
        {
            return await client.GetAsync(LocalApiResources.Status, _fabric.Stop);
        }
        catch (Exception e) when (e is AgentUnreachableException or AgentRefusedException)
        {
            return null;
        }
    }

    /// <summary>Waits until the agent has so many frontends in the kernel.</summary>
    public Task UntilServicesAsync(int count) =>
        UntilAsync(async () => (await TryStatusAsync())?.Services >= count, $"has not programmed {count} Services");

    /// <summary>A pod set up as a container runtime does it.</summary>
    public async Task<BenchPod> AddPodAsync(string pod)
    {
        var machine = _fabric.AddMachine($"{_name}-{pod}", $"{_name}/pods/{pod}");
        var network = CniNetwork.Load(Cni) ?? throw new BenchException($"{_name}: the agent has written no CNI configuration");
        var runtime = new CniRuntime(Programs.Directory, new PluginProcess(Machine.Start).RunAsync);
        var result = await runtime.AddAsync(network, new CniAttachment($"{_name}-{pod}", machine.Namespace.Path)
        {
            Arguments = [new("K8S_POD_NAMESPACE", "bench"), new("K8S_POD_NAME", pod), new("K8S_POD_UID", $"{_name}-{pod}")],
        }, _fabric.Stop);
        return new BenchPod(machine, result.Addresses[0].ToString());
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (_agent is { HasExited: true })
            {
                throw new BenchException($"{_name}: the agent ended: {File.ReadLines(AgentLog).LastOrDefault()}");
            }
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new BenchException($"{_name}: the agent {what}: {File.ReadLines(AgentLog).LastOrDefault()}");
            }
            await Task.Delay(5, _fabric.Stop);
        }
    }
}
