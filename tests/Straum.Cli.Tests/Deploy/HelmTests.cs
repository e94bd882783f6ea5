using System.Text.Json.Nodes;
using Straum.Agent.Configuration;

namespace Straum.Cli.Tests.Deploy;

/// <summary>The chart, rendered and installed by helm.</summary>
public sealed class HelmTests
{
    public HelmTests() => Assert.SkipUnless(Helm.MayBeUsed, "helm is not installed, and is only looked for elsewhere in make test-long");

    [Fact]
    public void Chart_ByDefault_RendersToTheManifests()
    {
        var (chart, manifests) = (Render(), Deployment.Kubernetes);
        chart.Kinds.Order().ShouldBe(manifests.Kinds.Order());
        foreach (var kind in chart.Kinds)
        {
            JsonNode.DeepEquals(Essence(chart.One(kind)), Essence(manifests.One(kind))).ShouldBeTrue($"{Essence(chart.One(kind))}\n{Essence(manifests.One(kind))}");
        }
        chart.One("ConfigMap")["metadata"]!["namespace"]!.GetValue<string>().ShouldBe("kube-system");
        OptionsOf(chart).ShouldBe(OptionsOf(manifests));
    }

    [Fact]
    public void Values_ReachTheConfiguration_AsTheyWereWritten()
    {
        var options = OptionsOf(Render("--set", "config.routing.mode=vxlan,config.tables.services=16777216,config.kubernetes.serviceHost=fd00::1,config.ipam.quarantine=90s",
            "--set-string", "config.node.name=7", "--set", "config.routing.devices={eth0,eth1}", "--set", "config.metrics.listen=[::1]:9999"));
        options.Routing.Mode.ShouldBe(RoutingMode.Vxlan);
        options.Routing.Devices.ShouldBe(["eth0", "eth1"]);
        options.Tables.Services.ShouldBe(16_777_216);
        options.Kubernetes.ServiceHost.ShouldBe("fd00::1");
        options.Ipam.Quarantine.ShouldBe(TimeSpan.FromSeconds(90));
        options.Node.Name.ShouldBe("7");
        options.Metrics.Listen!.Port.ShouldBe(9999);
    }

    [Theory]
    [InlineData("config.metrics.listen=:9962", "9962")]
    [InlineData("config.metrics.listen=[fd00::1]:9999", "9999")]
    [InlineData("config.metrics.listen=[::1]:9999", null)]
    [InlineData("config.metrics.listen=127.0.0.1:9962", null)]
    [InlineData("config.metrics.listen=", null)]
    [InlineData("config.metrics=null", null)]
    [InlineData("config=null", null)]
    public void ScrapeAnnotations_AreThere_WhereMetricsAreServedToOthers(string value, string? port)
    {
        var pod = Render("--set", value).One("DaemonSet")["spec"]!["template"]!["metadata"]!["annotations"]!;
        ((string?)pod["prometheus.io/port"]).ShouldBe(port);
        ((string?)pod["prometheus.io/scrape"]).ShouldBe(port is null ? null : "true");
    }

    [Fact]
    public void Configuration_ThatChanges_RollsThePods()
    {
        Checksum(Render()).ShouldNotBe(Checksum(Render("--set", "config.log.level=debug")));
        Checksum(Render()).ShouldBe(Checksum(Render("--set", "image.tag=other")));

        static string Checksum(Deployment chart) => chart.One("DaemonSet")["spec"]!["template"]!["metadata"]!["annotations"]!["checksum/config"]!.GetValue<string>();
    }

    [Fact]
    public void OtherValues_ReachThePod()
    {
        var chart = Render("--set", "image.repository=registry.example/net/straum,image.tag=sha-1,image.pullPolicy=Always,serviceConditions=true",
            "--set", "capabilities={NET_ADMIN,SYS_ADMIN,SYS_RESOURCE}", "--set", "resources.limits.memory=1Gi", "--set", "config.metrics.listen=:9962");
        foreach (var container in (JsonObject[])[chart.Agent, chart.Installer])
        {
            ((string?)container["image"]).ShouldBe("registry.example/net/straum:sha-1");
            ((string?)container["imagePullPolicy"]).ShouldBe("Always");
        }
        chart.Agent["securityContext"]!["capabilities"]!["add"]!.AsArray().Select(c => (string?)c).ShouldBe(["NET_ADMIN", "SYS_ADMIN", "SYS_RESOURCE"]);
        ((string?)chart.Agent["resources"]!["limits"]!["memory"]).ShouldBe("1Gi");
        ((string?)chart.Agent["resources"]!["requests"]!["cpu"]).ShouldBe("100m");
        chart.Allowed.Except(Deployment.Kubernetes.Allowed).ShouldBe(["patch /services/status"]);
    }

    [Theory]
    [InlineData("config.rooting.mode=vxlan", "additional properties 'rooting' not allowed")]
    [InlineData("config.routing.mode=geneve", "/config/routing/mode")]
    [InlineData("config.metrics.listen=9962", "/config/metrics/listen")]
    [InlineData("config.metrics.listen=:65536", "/config/metrics/listen")]
    [InlineData("config.masquerade.portRange=49152-65536", "/config/masquerade/portRange")]
    [InlineData("config.tables.services=1", "/config/tables/services")]
    [InlineData("image.tag=2", "/image/tag")]
    [InlineData("serviceConditions=yes", "/serviceConditions")]
    [InlineData("tag=1", "additional properties 'tag' not allowed")]
    public void ValuesThatAreWrong_AreRefused(string value, string why)
    {
        var (code, output) = Helm.Run("template", "straum", Chart.Folder, "--set", value);
        code.ShouldNotBe(0);
        output.ShouldContain(why);
    }

    [Fact]
    public async Task Release_IsInstalled_Upgraded_RolledBack_AndRemoved()
    {
        await using var server = await TestApiServer.StartAsync(new ApiRequests());

        Do("install", "straum", Chart.Folder);
        Mode().ShouldBe(RoutingMode.Native);
        Do("upgrade", "straum", Chart.Folder, "--set", "config.routing.mode=vxlan");
        Mode().ShouldBe(RoutingMode.Vxlan);
        Do("rollback", "straum", "1");
        Mode().ShouldBe(RoutingMode.Native);
        Do("uninstall", "straum");
        Kubectl("get", "daemonset,configmap,serviceaccount,clusterrole,clusterrolebinding", "-A", "-l", "app.kubernetes.io/name=straum").ShouldBeEmpty();

        void Do(params string[] command)
        {
            var (code, output) = Helm.Run([.. command, "--kubeconfig", server.Kubeconfig, "--namespace", "kube-system"]);
            code.ShouldBe(0, output);
        }

        RoutingMode Mode() => Options("straum.yaml", Kubectl("get", "configmap", "straum", "-n", "kube-system", "-o", "jsonpath={.data.straum\\.yaml}")).Routing.Mode;

        string Kubectl(params string[] arguments) => Deployment.Kubectl(["--kubeconfig", server.Kubeconfig, .. arguments]);
    }

    private static Deployment Render(params string[] values)
    {
        var (code, output) = Helm.Run(["template", "straum", Chart.Folder, "--namespace", "kube-system", .. values]);
        code.ShouldBe(0, output);
        return new Deployment(output);
    }

    private static AgentOptions OptionsOf(Deployment deployment) => Options("straum.yaml", deployment.Configuration);

    private static AgentOptions Options(string file, string text)
    {
        var reading = ConfigReader.Read(file, text, ConfigEnvironment.OfProcess);
        reading.Problems.ShouldBeEmpty();
        // Lists are equal by reference alone.
        return reading.Config!.Options;
    }

    /// <summary>An object without what the two ways of installing do each in their own manner.</summary>
    private static JsonObject Essence(JsonObject item)
    {
        var essence = item.DeepClone().AsObject();
        var metadata = essence["metadata"]!.AsObject();
        metadata.Remove("labels");
        if ((string?)item["kind"] is "ConfigMap")
        {
            metadata.Remove("name"); // ends in a hash
            essence.Remove("data");
        }
        if (essence["spec"]?["template"] is { } template)
        {
            template["metadata"]!.AsObject().Remove("annotations"); // has the hash
            foreach (var container in template["spec"]!["containers"]!.AsArray().Concat(template["spec"]!["initContainers"]!.AsArray()))
            {
                container!.AsObject().Remove("imagePullPolicy");
            }
            template["spec"]!["volumes"]!.AsArray().Single(v => v!["configMap"] is not null)!["configMap"]!.AsObject().Remove("name");
        }
        return essence;
    }
}
