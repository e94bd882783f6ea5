using System.Diagnostics;
using Straum.Kubernetes;
using Straum.Kubernetes.Objects;
using Straum.Lab.Echo;
using Straum.Lab.Pods.Sandboxes;
using Straum.Lab.Processes;
using Straum.Lab.Supervision;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Lab.Traffic;

/// <summary>What breaks heals without help, and traffic that the broken part does not carry goes on meanwhile.</summary>
[Collection(nameof(NativeLab))]
public sealed class HealingTests(NativeLab lab)
{
    private const int Sigkill = 9;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DeletedPods_AreReplacedAndReached()
    {
        var before = (await lab.ReadyPodsAsync("echo")).Select(p => p.Uid).ToArray();
        await LabFixture.KubectlAsync("delete pod -l app=echo --wait");
        await LabFixture.UntilAsync("four new pods are ready", async () => (await lab.ReadyPodsAsync("echo")) is { Length: 4 } after && !after.Any(p => before.Contains(p.Uid)));
        await lab.MatrixShouldHealAsync();
    }

    [Fact]
    public async Task ScaledDeployment_ServiceFollows()
    {
        await LabFixture.KubectlAsync("scale deployment echo --replicas 7");
        try
        {
            await LabFixture.UntilAsync("seven pods are ready", async () => (await lab.ReadyPodsAsync("echo")).Length == 7);
            await lab.MatrixShouldHealAsync();
        }
        finally
        {
            await LabFixture.KubectlAsync("scale deployment echo --replicas 4");
        }
        await LabFixture.UntilAsync("three pods are gone", async () =>
            (await lab.Client.ListAllAsync(Kinds.Pods, new() { LabelSelector = "app=echo" }, Stop)).Objects.Count == 4);
        await lab.MatrixShouldHealAsync();
    }

    [Fact]
    public async Task ScaledDown_ServicePerPacket_LosesNoConnection()
    {
        await LabFixture.KubectlAsync("scale deployment echo --replicas 12");
        await LabFixture.UntilAsync("twelve pods are ready", async () => (await lab.ReadyPodsAsync("echo")).Length == 12);
        var from = (await lab.ReadyPodsAsync("client"))[0];
        var service = (await lab.Client.GetAsync(Kinds.Services, new NamespacedName("default", "echo"), Stop)).ClusterIPs.ToArray();
        try
        {
            var down = LabFixture.KubectlAsync("scale deployment echo --replicas 1");
            do
            {
                foreach (var address in service)
                {
                    var report = await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, address, count: 20);
                    report.Errors.ShouldBeEmpty();
                }
            }
            while (!down.IsCompleted || (await lab.Client.ListAllAsync(Kinds.Pods, new() { LabelSelector = "app=echo" }, Stop)).Objects.Count > 1);
            await down;
        }
        finally
        {
            await LabFixture.KubectlAsync("scale deployment echo --replicas 4");
        }
        await LabFixture.UntilAsync("four pods are ready", async () => (await lab.ReadyPodsAsync("echo")).Length == 4);
    }

    [Theory]
    [InlineData("""{"cut":true}""", false)]
    [InlineData("""{"refuse":true}""", false)]
    [InlineData("""{"expireWatches":true,"watchMilliseconds":200}""", true)]
    [InlineData("""{"delayMilliseconds":200,"watchMilliseconds":500}""", true)]
    public async Task FaultyApiServer_DatapathStandsStill_ThenFollows(string faults, bool answers)
    {
        const int Rounds = 50;
        var from = (await lab.ReadyPodsAsync("client"))[0];
        var service = (await lab.Client.GetAsync(Kinds.Services, new NamespacedName("default", "echo"), Stop)).ClusterIPs.ToArray();
        await LabFixture.KubectlAsync("replace --raw /straum/faults -f -", faults);
        try
        {
            var scaled = answers ? LabFixture.KubectlAsync("scale deployment echo --replicas 6") : Task.FromResult("");
            for (var i = 0; i < Rounds; i++)
            {
                foreach (var address in service)
                {
                    (await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, address)).Errors.ShouldBeEmpty($"round {i}");
                }
            }
            await scaled;
        }
        finally
        {
            await LabFixture.KubectlAsync("delete --raw /straum/faults");
        }
        await LabFixture.KubectlAsync("scale deployment echo --replicas 5");
        await LabFixture.UntilAsync("five pods are ready", async () => (await lab.ReadyPodsAsync("echo")).Length == 5);
        await lab.MatrixShouldHealAsync();
        await LabFixture.KubectlAsync("scale deployment echo --replicas 4");
        await LabFixture.UntilAsync("four pods are left", async () =>
            (await lab.Client.ListAllAsync(Kinds.Pods, new() { LabelSelector = "app=echo" }, Stop)).Objects.Count == 4);
    }

    [Fact]
    public async Task DeletedNodeObject_IsMadeAgain_AndItsPodsAreReached()
    {
        await LabFixture.KubectlAsync("delete node n3 --wait=false");
        await LabFixture.UntilAsync("it is there and ready", async () => (await lab.Client.FindAsync(Kinds.Nodes, new NamespacedName("", "n3"), Stop)) is { Ready: true });
        await lab.MatrixShouldHealAsync();
    }

    [Fact]
    public async Task DeletedUplinkAddress_ComesBack()
    {
        LabFixture.Exec("n2", "ip", "addr", "del", "172.30.0.12/24", "dev", "eth0");
        await lab.MatrixShouldHealAsync();
        LabFixture.Exec("n2", "ip", "-6", "addr", "del", "fd30::12/64", "dev", "eth0");
        await lab.MatrixShouldHealAsync();
    }

    [Fact]
    public async Task RecreatedService_AnswersAtItsNewAddress()
    {
        var from = (await lab.ReadyPodsAsync("client"))[0];
        await LabFixture.KubectlAsync("delete service echo");
        await LabFixture.KubectlAsync("apply -f -", SampleApplication.Read());
        var service = await lab.Client.GetAsync(Kinds.Services, new NamespacedName("default", "echo"), Stop);
        foreach (var address in service.ClusterIPs.ToArray())
        {
            await LabFixture.UntilAsync($"{address} answers", async () => (await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, address)).IsComplete);
        }
        await lab.MatrixShouldHealAsync();
    }

    [Fact]
    public async Task KilledAgent_TrafficGoesOn_AndNewPodsComeAgain()
    {
        var to = (await lab.ReadyPodsAsync("echo"))[0];
        var from = (await lab.ReadyPodsAsync("client")).OrderByDescending(p => p.NodeName != to.NodeName).First();
        using var connection = await Ask.ConnectAsync(from.Name, to.Address());
        var agent = LabFixture.Process(to.NodeName);

        NamespacedProcess.Signal(agent.Pid, Sigkill).ShouldBeTrue();
        while (LabFixture.Process(to.NodeName).Restarts == agent.Restarts)
        {
            (await connection.SayAsync(Stop)).ShouldNotBeNull("a connection through a node whose agent is dead");
            (await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, to.Address())).IsComplete.ShouldBeTrue("a new connection through a node whose agent is dead");
        }
        (await connection.SayAsync(Stop)).ShouldNotBeNull();

        await LabFixture.KubectlAsync($"delete pod {to.Name} --wait");
        await LabFixture.UntilAsync("four pods are ready again", async () => (await lab.ReadyPodsAsync("echo")).Length == 4);
        await lab.MatrixShouldHealAsync();
    }

    [Fact]
    public async Task RestartedApiServer_ObjectsAndWatchesAreBack()
    {
        var server = LabFixture.Process("apiserver");
        NamespacedProcess.Signal(server.Pid, Sigkill).ShouldBeTrue();
        await LabFixture.UntilAsync("it runs again", () => Task.FromResult(LabFixture.Process("apiserver") is { Running: true } now && now.Restarts > server.Restarts));
        await LabFixture.UntilAsync("it answers", async () =>
        {
            using var client = await ApiAccess.TryConnectAsync(Stop);
            return client is not null;
        });

        // A Service made now reaches the datapath only if the agents' watches are back, and pods only if the kubelets' is.
        await LabFixture.KubectlAsync("expose deployment echo --name again --port 7000");
        try
        {
            await LabFixture.KubectlAsync("scale deployment echo --replicas 5");
            await LabFixture.UntilAsync("five pods are ready", async () => (await lab.ReadyPodsAsync("echo")).Length == 5);
            var service = await lab.Client.GetAsync(Kinds.Services, new NamespacedName("default", "again"), Stop);
            var from = (await lab.ReadyPodsAsync("client"))[0];
            await LabFixture.UntilAsync("the new Service answers", async () => (await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, service.ClusterIPs[0])).IsComplete);
        }
        finally
        {
            await LabFixture.KubectlAsync("delete service again");
            await LabFixture.KubectlAsync("scale deployment echo --replicas 4");
        }
        await LabFixture.UntilAsync("four pods are left", async () => (await lab.ReadyPodsAsync("echo")).Length == 4);
        await lab.MatrixShouldHealAsync();
    }

    [Fact]
    public async Task FlappedLink_RoutesAreBackWithinASecond()
    {
        var from = (await lab.ReadyPodsAsync("client"))[0];
        var to = (await lab.ReadyPodsAsync("echo")).First(p => p.NodeName != from.NodeName);
        using (var ns = NetworkNamespace.Open(LabPlace.Find(from.NodeName).NetworkNamespace))
        using (var netlink = RtNetlink.Open(ns))
        {
            // The node's own end: the kernel forgets every route over it, and the IPv6 address.
            var uplink = netlink.Links.Get("eth0");
            netlink.Links.SetDown(uplink.Index);
            netlink.Links.SetUp(uplink.Index);
        }
        var healed = Stopwatch.GetTimestamp();
        await LabFixture.UntilAsync("pods of two nodes reach each other", async () =>
            (await EchoProbe.RunAsync(new ProbeSpec(ProbeProtocol.Udp, new(to.Address(), Ask.EchoPort))
            {
                Open = Topology.SocketsIn.Namespace(LabPlace.Find(from.Name).NetworkNamespace),
                Timeout = TimeSpan.FromMilliseconds(200),
            }, Stop)).IsComplete);
        Stopwatch.GetElapsedTime(healed).ShouldBeLessThan(TimeSpan.FromSeconds(2));
        await lab.MatrixShouldHealAsync();
    }

    [Fact]
    public async Task KilledSupervisor_NextOneAdoptsEverything()
    {
        var pods = (await lab.ReadyPodsAsync("echo")).Select(p => p.Uid).ToArray();
        var agents = new[] { "n1", "n2", "n3", "apiserver" }.Select(n => LabFixture.Process(n).Pid).ToArray();
        NamespacedProcess.Signal(LabFixture.Process("supervisor").Pid, Sigkill).ShouldBeTrue();
        await LabFixture.UntilAsync("it is gone", () => Task.FromResult(!LabCluster.Running().IsSupervised));
        var processes = PidsOf("echo");
        try
        {
            await lab.MatrixShouldHealAsync();
        }
        finally
        {
            LabProcess.Start(null, LabProcesses.Supervisor(LabFixture.Paths));
        }
        await LabFixture.UntilAsync("there is another", () => Task.FromResult(LabCluster.Running().IsSupervised));
        // Only a living kubelet replaces a pod.
        await LabFixture.KubectlAsync("delete pod -l app=client --wait");
        await LabFixture.UntilAsync("new clients are ready", async () => (await lab.ReadyPodsAsync("client")).Length == 2);
        (await lab.ReadyPodsAsync("echo")).Select(p => p.Uid).ShouldBe(pods);
        PidsOf("echo").ShouldBe(processes);
        new[] { "n1", "n2", "n3", "apiserver" }.Select(n => LabFixture.Process(n).Pid).ShouldBe(agents);
        await lab.MatrixShouldHealAsync();
    }

    // Main processes of a Deployment's containers, as the nodes' records have them.
    private static int[] PidsOf(string app) =>
        [.. new Topology.LabTopology(3).Nodes.SelectMany(n => new SandboxStore(LabPaths.NodePods(n.Name)).ReadAll())
            .Where(r => r.PodName.StartsWith(app + "-", StringComparison.Ordinal)).SelectMany(r => r.Containers).Select(c => c.Pid).Order()];
}
