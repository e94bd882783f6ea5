using Straum.Agent.Configuration;
using Straum.Agent.Daemon;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;

namespace Straum.Cli.Tests.Deploy;

/// <summary>deploy/kubernetes against the program that it installs.</summary>
public sealed class ManifestTests
{
    [Fact]
    public void Configuration_OfTheConfigMap_IsRight()
    {
        var reading = ConfigReader.Read("deploy/kubernetes/straum.yaml", Deployment.Kubernetes.Configuration, ConfigEnvironment.OfProcess);
        reading.Problems.ShouldBeEmpty();
        reading.Config.ShouldNotBeNull().Options.SocketLB.Cgroup.ShouldBe((string?)Mount("cgroup"));
    }

    [Fact]
    public void Paths_OfTheConfiguration_AreMountedFromTheHost()
    {
        var options = ConfigReader.Read("straum.yaml", Deployment.Kubernetes.Configuration, ConfigEnvironment.OfProcess).Config!.Options;
        // At the same path on both sides: the runtime reads them in the network configuration.
        foreach (var path in (string[])[options.Paths.State, options.Paths.Run, options.Cni.ConfDir, Straum.Linux.NetworkNamespace.Directory])
        {
            var volume = Deployment.Kubernetes.Pod["volumes"]!.AsArray().SingleOrDefault(v => (string?)v!["hostPath"]?["path"] == path).ShouldNotBeNull(path);
            ((string?)Mount((string)volume["name"]!)).ShouldBe(path);
        }
        options.Paths.Bpf.ShouldStartWith((string)Mount("bpf")! + "/");
    }

    [Fact]
    public async Task ClusterRole_AllowsWhatTheAgentAsks_AndNothingElse()
    {
        var requests = new ApiRequests();
        await using var server = await TestApiServer.StartAsync(requests);
        using var client = new KubernetesClient(server.Config);
        using var stop = new CancellationTokenSource();
        var source = new SnapshotSource(client, AgentWatches.All, TimeProvider.System, Random.Shared);
        var running = source.RunAsync(stop.Token);

        while (requests.Seen.Count(r => r.StartsWith("watch ", StringComparison.Ordinal)) < source.Status.Count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }
        await stop.CancelAsync();
        await running;

        // And what does not fit is said on the object.
        Deployment.Kubernetes.Allowed.ShouldBe([.. requests.Seen, "create /events"], ignoreOrder: true);
    }

    [Fact]
    public void ServiceConditions_AddOneRight() =>
        Component("service-conditions").Allowed.Except(Deployment.Kubernetes.Allowed).ShouldBe(["patch /services/status"]);

    [Fact]
    public void Metrics_AddAnnotationsOfAPortThatCanBeListenedOn()
    {
        var annotations = Component("metrics").One("DaemonSet")["spec"]!["template"]!["metadata"]!["annotations"]!;
        ((string?)annotations["prometheus.io/scrape"]).ShouldBe("true");
        var configuration = Deployment.Kubernetes.Configuration + $"metrics: {{listen: \":{annotations["prometheus.io/port"]}\"}}\n";
        ConfigReader.Read("straum.yaml", configuration, ConfigEnvironment.OfProcess).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_ToAnEmptyCluster_SucceedsAndChangesNothingWhenRepeated()
    {
        await using var server = await TestApiServer.StartAsync(new ApiRequests());
        string[] apply = ["--kubeconfig", server.Kubeconfig, "apply", "-k", Deployment.Folder];

        Deployment.Kubectl(apply).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.EndsWith(" created"));
        Deployment.Kubectl(apply).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.EndsWith(" unchanged"));
        Deployment.Kubectl("--kubeconfig", server.Kubeconfig, "diff", "-k", Deployment.Folder).ShouldBeEmpty();
    }

    // GitOps tools do it: a default that the server filled in and the manifest leaves out would be taken for another manager's value.
    [Fact]
    public async Task Apply_ServerSideAfterClientSide_HasNoConflicts()
    {
        await using var server = await TestApiServer.StartAsync(new ApiRequests());
        Deployment.Kubectl("--kubeconfig", server.Kubeconfig, "apply", "-k", Deployment.Folder);

        Deployment.Kubectl("--kubeconfig", server.Kubeconfig, "apply", "--server-side", "-k", Deployment.Folder)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.EndsWith(" serverside-applied"));
    }

    [Fact]
    public void Namespace_OfOnesOwn_ReachesTheAccountThatTheRightsAreFor()
    {
        var moved = Kustomize(_ => "namespace: elsewhere");
        ((string?)moved.One("ClusterRoleBinding")["subjects"]!.AsArray().ShouldHaveSingleItem()!["namespace"]).ShouldBe("elsewhere");
        foreach (var kind in (string[])["ServiceAccount", "DaemonSet", "ConfigMap"])
        {
            ((string?)moved.One(kind)["metadata"]!["namespace"]).ShouldBe("elsewhere");
        }
    }

    private static Deployment Component(string name) => Kustomize(manifests => $"components: [{manifests}/{name}]");

    /// <summary>A kustomization of one's own around the manifests.</summary>
    /// <param name="line">What it says besides, where the path of the manifests is given.</param>
    private static Deployment Kustomize(Func<string, string> line)
    {
        var directory = Directory.CreateTempSubdirectory("straum-t-");
        try
        {
            // kustomize takes relative paths alone.
            var manifests = Path.GetRelativePath(directory.FullName, Deployment.Folder);
            File.WriteAllText(Path.Combine(directory.FullName, "kustomization.yaml"), $"resources: [{manifests}]\n{line(manifests)}\n");
            return Deployment.Render(directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static System.Text.Json.Nodes.JsonNode? Mount(string volume) =>
        Deployment.Kubernetes.Agent["volumeMounts"]!.AsArray().Single(m => (string?)m!["name"] == volume)!["mountPath"];
}
