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

    [Theory]
    [InlineData("\"\"", null)]
    [InlineData("127.0.0.1:10249", "metrics.listen: \"127.0.0.1:10249\"")]
    [InlineData("0.0.0.0", null)]
    public void MetricsBindAddress_IsMetricsListen_WhereItHasAPort(string address, string? becomes) =>
        Fixture.Import($"kind: KubeProxyConfiguration\nmetricsBindAddress: {address}\n").Of("metricsBindAddress").Becomes.ShouldBe(becomes);

    [Fact]
    public void Import_UnknownKey_IsNamed() =>
        Fixture.Import("kind: KubeProxyConfiguration\nipvs:\n  strictArp: true\nmood: ipvs\n").Of("mood").ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(ImportVerdict.Unknown), f => f.Where.ShouldBe("values.yaml:4"), f => f.Why.ShouldContain("mode"));
}
