using Straum.Agent.Configuration;
using Straum.Agent.Configuration.Import;

namespace Straum.Agent.Tests.Configuration.Import;

public sealed class KubeProxyImportTests
{
    [Fact]
    public void Import_IpvsConfiguration_SaysWhatTakesItsPlace()
    {
        var result = Fixture.Import(Fixture.Read("kube-proxy-ipvs.yaml"));

        result.Of("mode").Verdict.ShouldBe(ImportVerdict.Changed);
        result.Of("ipvs.strictARP").Verdict.ShouldBe(ImportVerdict.Kept);
        result.Of("ipvs.sched").ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(ImportVerdict.Changed),
            f => f.Why.ShouldContain("ipvs.scheduler"),
            f => f.Where.ShouldBe("kube-proxy-ipvs.yaml:6"));
        foreach (var timeout in (string[])["ipvs.tcpTimeout", "ipvs.tcpFinTimeout", "ipvs.udpTimeout"])
        {
            result.Of(timeout).Verdict.ShouldBe(ImportVerdict.Kept);
        }
        result.Findings.ShouldNotContain(f => f.Verdict == ImportVerdict.Unknown);
    }

    [Fact]
    public void Import_ConfigMap_PointsAtTheLinesOfTheManifest()
    {
        var result = Fixture.Import(Fixture.Read("kube-proxy-configmap.yaml"));

        result.Of("hostnameOverride").ShouldSatisfyAllConditions(
            f => f.Where.ShouldBe("kube-proxy-configmap.yaml:31"),
            f => f.Becomes.ShouldBe("node.name: worker-7"));
        result.Of("ipvs.scheduler").Verdict.ShouldBe(ImportVerdict.NotServed);
        result.Of("ipvs.tcpTimeout").Verdict.ShouldBe(ImportVerdict.NotServed);
        Fixture.Options(result).Log.Level.ShouldBe(LogLevelName.Debug);
        result.Findings.ShouldNotContain(f => f.Verdict == ImportVerdict.Unknown);
    }

    [Fact]
    public void Import_DocumentOfAKubeadmConfiguration_IsFoundAmongTheOthers()
    {
        var result = Fixture.Import("""
            apiVersion: kubeadm.k8s.io/v1beta4
            kind: ClusterConfiguration
            ---
            apiVersion: kubeproxy.config.k8s.io/v1alpha1
            kind: KubeProxyConfiguration
            mode: nftables
            """);

        result.Of("document").ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(ImportVerdict.Refused), f => f.Value.ShouldBe("ClusterConfiguration"));
        result.Of("mode").Where.ShouldBe("values.yaml:6");
    }

    /// <summary>staging/src/k8s.io/kube-proxy/config/v1alpha1/types.go, and what it includes.</summary>
    [Theory]
    [InlineData("clientConnection", "kubeconfig", "acceptContentTypes", "contentType", "qps", "burst")]
    [InlineData("logging", "format", "flushFrequency", "verbosity", "vmodule", "options.text.splitStream", "options.json.infoBufferSize")]
    [InlineData("", "featureGates.NFTablesProxyMode", "hostnameOverride", "bindAddress", "healthzBindAddress", "metricsBindAddress", "bindAddressHardFail",
        "enableProfiling", "showHiddenMetricsForVersion", "mode", "detectLocalMode", "clusterCIDR", "nodePortAddresses", "oomScoreAdj", "configSyncPeriod",
        "portRange", "windowsRunAsService")]
    [InlineData("iptables", "masqueradeBit", "masqueradeAll", "localhostNodePorts", "snatNodeInternalIP", "syncPeriod", "minSyncPeriod")]
    [InlineData("ipvs", "syncPeriod", "minSyncPeriod", "scheduler", "excludeCIDRs", "strictARP", "tcpTimeout", "tcpFinTimeout", "udpTimeout")]
    [InlineData("nftables", "masqueradeBit", "masqueradeAll", "syncPeriod", "minSyncPeriod")]
    [InlineData("conntrack", "maxPerCore", "min", "tcpEstablishedTimeout", "tcpCloseWaitTimeout", "tcpBeLiberal", "udpTimeout", "udpStreamTimeout")]
    [InlineData("winkernel", "networkName", "sourceVip", "enableDSR", "rootHnsEndpointName", "forwardHealthCheckVip")]
    [InlineData("detectLocal", "bridgeInterface", "interfaceNamePrefix")]
    public void Import_EveryFieldOfTheVersion_HasALine(string group, params string[] fields)
    {
        foreach (var field in fields)
        {
            foreach (var value in (string[])["true", "false", "7", "30s", "x"])
            {
                var key = group is "" ? field : $"{group}.{field}";
                var result = ConfigImport.Run([new ImportSource("--set", "kind: KubeProxyConfiguration\n" + HelmSettings.ToYaml([$"{key}={value}"]), HasLines: false)]);
                result.Findings.First(f => f.Key == key).Verdict.ShouldNotBe(ImportVerdict.Unknown, key);
            }
        }
    }

    [Theory]
    [InlineData("ipvs: {strictArp: true}", "ipvs.strictArp", ImportVerdict.Unknown, "ipvs.strictARP")]
    [InlineData("iptables: {masquradeAll: true}", "iptables.masquradeAll", ImportVerdict.Unknown, "iptables.masqueradeAll")]
    [InlineData("winkernel: {enableDSR: false}", "winkernel.enableDSR", ImportVerdict.Kept, "off")]
    [InlineData("winkernel: {enableDSR: true}", "winkernel.enableDSR", ImportVerdict.Refused, "Linux")]
    [InlineData("mode: ivps", "mode", ImportVerdict.Refused, "did you mean ipvs?")]
    [InlineData("mode: kernelspace", "mode", ImportVerdict.Refused, "Linux")]
    [InlineData("mode: ''", "mode", ImportVerdict.Changed, "iptables")]
    [InlineData("bindAddressHardFail: false", "bindAddressHardFail", ImportVerdict.Changed, "ends")]
    [InlineData("iptables: {localhostNodePorts: false}", "iptables.localhostNodePorts", ImportVerdict.Kept, "off")]
    [InlineData("iptables: {masqueradeBit: null}", "iptables.masqueradeBit", ImportVerdict.Kept, "nothing")]
    [InlineData("conntrack: {maxPerCore: 0}", "conntrack.maxPerCore", ImportVerdict.Kept, "alone")]
    [InlineData("logging: {format: json}", "logging.format", ImportVerdict.Refused, "text")]
    [InlineData("showHiddenMetricsForVersion: ''", "showHiddenMetricsForVersion", ImportVerdict.Kept, "off")]
    [InlineData("featureGates: {SomeGate: false}", "featureGates.SomeGate", ImportVerdict.Kept, "off")]
    [InlineData("featureGates: {SomeGate: true}", "featureGates.SomeGate", ImportVerdict.Refused, "gate")]
    [InlineData("oomScoreAdj: -999", "oomScoreAdj", ImportVerdict.Changed, "default")]
    [InlineData("oomScoreAdj: -500", "oomScoreAdj", ImportVerdict.Refused, "pod")]
    [InlineData("clientConnection: {kubeconfig: /etc/mine}", "clientConnection.kubeconfig", ImportVerdict.Refused, "kubernetes.kubeconfig")]
    public void Import_OneKey_HasItsVerdict(string text, string key, ImportVerdict verdict, string why) =>
        Fixture.Import("kind: KubeProxyConfiguration\n" + text + "\n").Of(key).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(verdict), f => f.Why.ShouldContain(why));

    [Fact]
    public void Import_SilentAboutWhatKubeProxyDoesByItself_SaysWhatBecomesOfIt()
    {
        var result = Fixture.Import(Fixture.Read("kube-proxy-ipvs.yaml"));

        result.Of("nodePortAddresses").Verdict.ShouldBe(ImportVerdict.NotServed);
        result.Of("healthzBindAddress").Verdict.ShouldBe(ImportVerdict.NotServed);
        result.Of("metricsBindAddress").ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(ImportVerdict.Changed), f => f.Becomes.ShouldBeNull());
        Fixture.Import("kind: KubeProxyConfiguration\nmetricsBindAddress: 127.0.0.1:9000\nnodePortAddresses: [primary]\nhealthzBindAddress: 0.0.0.0:10256\n")
            .Findings.ShouldAllBe(static f => f.Line > 0);
    }

    [Theory]
    [InlineData("\"\"", null)]
    [InlineData("127.0.0.1:10249", "metrics.listen: \"127.0.0.1:10249\"")]
    [InlineData("0.0.0.0", null)]
    public void MetricsBindAddress_IsMetricsListen_WhereItHasAPort(string address, string? becomes) =>
        Fixture.Import($"kind: KubeProxyConfiguration\nmetricsBindAddress: {address}\n").Findings.First(static f => f.Key == "metricsBindAddress").Becomes.ShouldBe(becomes);

    [Theory]
    [InlineData("true")]
    [InlineData("7")]
    [InlineData("0")]
    [InlineData("1e3")]
    [InlineData("none")]
    public void HostnameOverride_ThatYamlWouldReadAsAnotherType_IsWrittenAsText(string name)
    {
        var result = Fixture.Import($"kind: KubeProxyConfiguration\nhostnameOverride: \"{name}\"\n");

        Fixture.Options(result).Node.Name.ShouldBe(name);
        result.Of("hostnameOverride").Becomes.ShouldBe(name is "none" ? "node.name: none" : $"node.name: \"{name}\"");
    }

    /// <summary>As `kubeadm init` of Kubernetes 1.34 leaves it.</summary>
    [Fact]
    public void Import_KubeadmsUnchangedConfigMap_HasNoKeyRefused() =>
        Fixture.Import(Fixture.Read("kube-proxy-kubeadm.yaml")).Findings
            .Where(static f => f.Verdict is not (ImportVerdict.Kept or ImportVerdict.Changed)).Select(static f => f.Key).ShouldBe(["nodePortAddresses", "healthzBindAddress"]);

    [Fact]
    public void Import_UnknownKey_IsNamed() =>
        Fixture.Import("kind: KubeProxyConfiguration\nipvs:\n  strictArp: true\nmood: ipvs\n").Of("mood").ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(ImportVerdict.Unknown), f => f.Where.ShouldBe("values.yaml:4"), f => f.Why.ShouldContain("mode"));
}
