using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;
using Straum.Lab.ApiServer;
using Straum.Lab.Check;

namespace Straum.Lab.Traffic;

/// <summary>
/// A lab whose API server and controllers are another cluster's. That cluster is played by our own API server, started by
/// itself with its controllers: no machine of ours has the real one (Debian packages kubectl alone).
/// </summary>
[Collection(nameof(NoLab))]
public sealed class ForeignApiServerTests(NoLab lab)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Up_WithAKubeconfig_RunsNodesAndPodsAlone_AndDownTakesThemOut()
    {
        using var directory = new TemporaryDirectory();
        var kubeconfig = directory.File("kubeconfig");
        await using var server = await StartAsync(directory, kubeconfig);
        using var client = new KubernetesClient(KubeConfigFile.Load(kubeconfig));
        try
        {
            var spec = lab.Spec with { Nodes = 2, Kubeconfig = kubeconfig };
            (await lab.Cluster.UpAsync(spec, withSample: true, new Progress<LabStep>(), Stop)).ShouldBeTrue();

            LabStatus.Read().Processes.Select(p => p.Name).ShouldBe(["supervisor", "apirelay", "n1", "n2"]);
            var report = await new ReachabilityCheck(LabFixture.Paths, LabCluster.Running(), client).RunAsync(null, Stop);
            report.Cells.SelectMany(c => c.Failures).ShouldBeEmpty();
            report.Problems.ShouldBeEmpty();
            var (nodes, _) = await client.ListAllAsync(Kinds.Nodes, Selection.All, Stop);
            nodes.Select(n => n.Name).Order().ShouldBe(["n1", "n2"]);
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }
        (await client.ListAllAsync(Kinds.Nodes, Selection.All, Stop)).Objects.ShouldBeEmpty();
        (await client.FindAsync(Kinds.Services, new NamespacedName("default", "echo"), Stop)).ShouldNotBeNull("what was applied is the cluster's");
    }

    [Fact]
    public async Task Up_WhereANodeHasOurName_IsRefused_AndTouchesNothing()
    {
        using var directory = new TemporaryDirectory();
        var kubeconfig = directory.File("kubeconfig");
        await using var server = await StartAsync(directory, kubeconfig);
        using var client = new KubernetesClient(KubeConfigFile.Load(kubeconfig));
        await client.CreateAsync(Kinds.Nodes, "", new() { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "n1" } }, Stop);

        var refusal = await Should.ThrowAsync<LabException>(() => lab.Cluster.UpAsync(lab.Spec with { Kubeconfig = kubeconfig }, false, new Progress<LabStep>(), Stop));
        refusal.Message.ShouldBe($"the cluster of {kubeconfig} has a node n1 already, which is no lab's");
        LabRecord.Read().ShouldBeNull();
    }

    [Fact]
    public async Task Up_WithAKubeconfigThatIsNone_SaysSo() =>
        (await Should.ThrowAsync<LabException>(() => lab.Cluster.UpAsync(lab.Spec with { Kubeconfig = "/nowhere/config" }, false, new Progress<LabStep>(), Stop)))
            .Message.ShouldStartWith("kubeconfig /nowhere/config: ");

    private static Task<EmbeddedApiServer> StartAsync(TemporaryDirectory directory, string kubeconfig) => EmbeddedApiServer.StartAsync(
        new ApiServerOptions
        {
            DataDirectory = directory.File("data"),
            Kubeconfig = kubeconfig,
            Listen = [new ListenAddress(null, new IPEndPoint(IPAddress.Loopback, 0))],
        },
        NullLoggerFactory.Instance);
}
