using System.Net;
using Straum.Agent.Configuration;
using Straum.Agent.Configuration.Import;

namespace Straum.Agent.Tests.Configuration.Import;

public sealed class CiliumImportTests
{
    [Fact]
    public void Import_ValuesWithPlaceholder_RefusesItAndKeepsTheRest()
    {
        var result = Fixture.Import(Fixture.Read("cilium-1.yaml"));

        result.Of("k8sServiceHost").ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(ImportVerdict.Refused),
            f => f.Where.ShouldBe("cilium-1.yaml:3"),
            f => f.Why.ShouldContain("API_SERVER_IP"));
        result.Of("kubeProxyReplacement").Verdict.ShouldBe(ImportVerdict.Kept);
        result.Of("k8sServicePort").Becomes.ShouldBe("kubernetes.servicePort: 6443");
        result.Of("ipam.mode").Becomes.ShouldBe("ipam.mode: kubernetes");
        foreach (var key in (string[])["l2announcements.enabled", "bgpControlPlane.enabled", "loadBalancer.mode"])
        {
            result.Of(key).Verdict.ShouldBe(ImportVerdict.NotServed);
        }
    }

    [Fact]
    public void Import_WithoutRoutingAndFamilies_WritesCiliumsDefaultsOut()
    {
        var result = Fixture.Import(Fixture.Read("cilium-1.yaml"));

        var options = Fixture.Options(result);
        options.Routing.Mode.ShouldBe(RoutingMode.Vxlan);
        options.Ipv6.Enabled.ShouldBeFalse();
        result.Of("routingMode").Where.ShouldBe("cilium-1.yaml", "a default is in no line");
    }

    [Fact]
    public void Import_NativeRoutingWithQuotedValues_ArrivesInOptions()
    {
        var result = Fixture.Import(Fixture.Read("cilium-2.yaml"));

        var options = Fixture.Options(result);
        options.Kubernetes.ShouldBe(new KubernetesOptions { ServiceHost = "192.0.2.10", ServicePort = 6443 });
        options.Routing.Mode.ShouldBe(RoutingMode.Native);
        options.Routing.DirectNodeRoutes.ShouldBeTrue();
        result.Of("bpf.masquerade").Verdict.ShouldBe(ImportVerdict.Kept);
        result.Of("l7Proxy").Verdict.ShouldBe(ImportVerdict.Kept);
        result.Of("bpf.tproxy").Verdict.ShouldBe(ImportVerdict.NotServed);
        result.Findings.Count(static f => f.Line > 0).ShouldBe(10, "one per key");
    }

    [Fact]
    public void Import_SetArguments_AreReadAsHelmReadsThem()
    {
        var yaml = HelmSettings.ToYaml(["kubeProxyReplacement=strict", "k8sServiceHost=10.0.0.1,k8sServicePort=6443", "hubble.relay.enabled=true", "hubble.ui.enabled=true", "devices={eth0,eth1}"]);

        var result = Fixture.Import(new ImportSource("--set", yaml, HasLines: false));

        result.Of("kubeProxyReplacement").Verdict.ShouldBe(ImportVerdict.Changed, "strict is a retired word");
        result.Of("hubble.relay.enabled").ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(ImportVerdict.NotServed), f => f.Where.ShouldBe("--set"));
        Fixture.Options(result).Kubernetes.ServicePort.ShouldBe(6443);
        Fixture.Options(result).Routing.Devices.ShouldBe(["eth0", "eth1"]);
    }

    [Fact]
    public void Import_LinkLocalThatIsNotMasqueraded_IsListedBesideTheOthers()
    {
        var result = Fixture.Import("ipMasqAgent:\n  enabled: true\n  config:\n    nonMasqueradeCIDRs: [192.168.0.0/16]\n    masqLinkLocal: false\n");

        Fixture.Options(result).Masquerade.NonMasqueradeCidrs.ShouldBe([IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("169.254.0.0/16")]);
        Fixture.Import("ipMasqAgent:\n  enabled: true\n  config:\n    masqLinkLocal: true\n").Of("ipMasqAgent.config.masqLinkLocal").Verdict.ShouldBe(ImportVerdict.Kept);
    }

    [Fact]
    public void Import_MasqueradingAgentAlone_WritesOutCiliumsList()
    {
        var listed = Fixture.Options(Fixture.Import("ipMasqAgent:\n  enabled: true\n")).Masquerade.NonMasqueradeCidrs;
        listed.Count.ShouldBe(12);
        listed.ShouldContain(IPNetwork.Parse("10.0.0.0/8"));
        listed.ShouldContain(IPNetwork.Parse("240.0.0.0/4"));
        listed.ShouldContain(IPNetwork.Parse("169.254.0.0/16"));
        Fixture.Options(Fixture.Import("ipMasqAgent:\n  enabled: false\n")).Masquerade.NonMasqueradeCidrs.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("nonMasqueradeCIDRs: [192.168.0.0/16]", "192.168.0.0/16", "169.254.0.0/16")]
    [InlineData("masqLinkLocalIPv6: true", "169.254.0.0/16")]
    [InlineData("masqLinkLocal: true")]
    public void Import_MasqueradingAgentWithAConfig_HasThatAndItsDefaultForTheRest(string config, params string[] listed) =>
        Fixture.Options(Fixture.Import($"ipMasqAgent:\n  enabled: true\n  config:\n    {config}\n")).Masquerade.NonMasqueradeCidrs
            .ShouldBe(listed.Select(static n => IPNetwork.Parse(n)));

    [Fact]
    public void Import_UnknownKey_IsNamedWithItsLineAndTheNearestKey()
    {
        var result = Fixture.Import("kubeProxyReplacement: true\nbpf:\n  maskerade: true\nsomething:\n  else: {}\n");

        result.Of("bpf.maskerade").ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(ImportVerdict.Unknown),
            f => f.Where.ShouldBe("values.yaml:3"),
            f => f.Why.ShouldContain("bpf.masquerade"));
        result.Of("something.else").Verdict.ShouldBe(ImportVerdict.Unknown);
    }

    [Theory]
    [InlineData("routingMode: tunel", "Cilium has native or tunnel for it, not tunel; did you mean tunnel?")]
    [InlineData("routingMode: vxlan", "Cilium has native or tunnel for it, not vxlan")]
    [InlineData("tunnel: genev", "Cilium has vxlan or geneve or disabled for it, not genev; did you mean geneve?")]
    [InlineData("tunnelProtocol: vxlam", "Cilium has vxlan or geneve for it, not vxlam; did you mean vxlan?")]
    [InlineData("tunnelProtocol: [vxlan]", "Cilium has vxlan or geneve for it, not [vxlan]")]
    [InlineData("kubeProxyReplacement: ture", "Cilium has true or false or strict or partial or probe or disabled for it, not ture; did you mean true?")]
    [InlineData("loadBalancer: {mode: snet}", "Cilium has snat or dsr or hybrid for it, not snet; did you mean snat?")]
    [InlineData("loadBalancer: {algorithm: ''}", "Cilium has random or maglev for it, not ''")]
    [InlineData("loadBalancer: {acceleration: disabeld}", "did you mean disabled?")]
    [InlineData("loadBalancer: {dsrDispatch: option}", "Cilium has opt or ipip or geneve for it, not option")]
    [InlineData("ipam: {mode: kubernets}", "did you mean kubernetes?")]
    [InlineData("bpf: {datapathMode: vet}", "did you mean veth?")]
    [InlineData("policyEnforcementMode: nevr", "did you mean never?")]
    public void Import_WordThatCiliumDoesNotHave_IsRefusedWithItsOwn(string text, string why) => Fixture.Import(text).Findings[0].ShouldSatisfyAllConditions(
        f => f.Verdict.ShouldBe(ImportVerdict.Refused), f => f.Why.ShouldEndWith(why));

    [Theory]
    [InlineData("a=1,b.c={x,y}", null)]
    [InlineData("a=", null)]
    [InlineData("a=1,foo", "foo")]
    [InlineData("=1", "=1")]
    [InlineData("", "")]
    public void Set_PartThatIsNoKeyAndValue_IsFound(string setting, string? malformed) => HelmSettings.FindMalformed(setting).ShouldBe(malformed);

    [Theory]
    [InlineData("tunnel: geneve", ImportVerdict.Changed, "routing.mode: vxlan")]
    [InlineData("tunnel: vxlan", ImportVerdict.Kept, "routing.mode: vxlan")]
    [InlineData("tunnelProtocol: geneve", ImportVerdict.Changed, null)]
    [InlineData("tunnelProtocol: ''", ImportVerdict.Kept, null)]
    [InlineData("routingMode: tunnel", ImportVerdict.Kept, "routing.mode: vxlan")]
    [InlineData("tunnel: disabled", ImportVerdict.Kept, "routing.mode: native")]
    [InlineData("routingMode: native", ImportVerdict.Kept, "routing.mode: native")]
    [InlineData("routingMode: bridged", ImportVerdict.Refused, null)]
    [InlineData("k8sServiceHost: auto", ImportVerdict.Refused, null)]
    [InlineData("{MTU: 1400, routingMode: native}", ImportVerdict.Kept, "routing.mtu: 1400")]
    [InlineData("MTU: 1400", ImportVerdict.Changed, "routing.mtu: 1350")]
    [InlineData("MTU: 0", ImportVerdict.Kept, "routing.mtu: 0")]
    [InlineData("MTU: 90", ImportVerdict.Refused, null)]
    [InlineData("encryption: {enabled: false}", ImportVerdict.Kept, null)]
    [InlineData("encryption: {enabled: true}", ImportVerdict.NotServed, null)]
    [InlineData("ipam: {mode: cluster-pool}", ImportVerdict.Changed, "ipam.mode: kubernetes")]
    [InlineData("ipam: {mode: eni}", ImportVerdict.Refused, null)]
    [InlineData("loadBalancer: {mode: snat}", ImportVerdict.Kept, null)]
    [InlineData("devices: 'eth0 eth1'", ImportVerdict.Kept, "routing.devices: [eth0, eth1]")]
    [InlineData("devices: eth+", ImportVerdict.Refused, null)]
    [InlineData("devices: [eth0, '!wg0']", ImportVerdict.Refused, null)]
    [InlineData("devices: [eth0, bond0.+, 'eth*']", ImportVerdict.Refused, null)]
    [InlineData("nodePort: {directRoutingDevice: eth0}", ImportVerdict.Changed, "routing.devices: [eth0]")]
    [InlineData("bandwidthManager: true", ImportVerdict.NotServed, null)]
    [InlineData("bandwidthManager: false", ImportVerdict.Kept, null)]
    [InlineData("routingMode: ''", ImportVerdict.Kept, null)]
    [InlineData("k8sServicePort: ''", ImportVerdict.Kept, null)]
    [InlineData("k8sServicePort: [6443]", ImportVerdict.Refused, null)]
    [InlineData("kubeProxyReplacement: ''", ImportVerdict.Kept, null)]
    [InlineData("kubeProxyReplacement: [true]", ImportVerdict.Refused, null)]
    [InlineData("kubeProxyReplacementHealthzBindAddr: ''", ImportVerdict.Kept, null)]
    [InlineData("kubeProxyReplacementHealthzBindAddr: 0.0.0.0:10256", ImportVerdict.NotServed, null)]
    [InlineData("endpointRoutes: {enabled: true}", ImportVerdict.Kept, null)]
    [InlineData("endpointRoutes: {enabled: false}", ImportVerdict.Changed, null)]
    [InlineData("directRoutingSkipUnreachable: true", ImportVerdict.Kept, null)]
    [InlineData("k8s: {requireIPv4PodCIDR: false}", ImportVerdict.Changed, null)]
    [InlineData("nodePort: {range: '30000,32767'}", ImportVerdict.NotServed, null)]
    [InlineData("nodePort: {autoProtectPortRange: true}", ImportVerdict.Changed, null)]
    [InlineData("{nodePort: {enabled: false}, kubeProxyReplacement: true}", ImportVerdict.NotServed, null)]
    [InlineData("nodePort: {enabled: false}", ImportVerdict.Kept, null)]
    [InlineData("hostServices: {protocols: 'tcp,udp'}", ImportVerdict.Kept, null)]
    [InlineData("hostServices: {protocols: tcp}", ImportVerdict.NotServed, null)]
    [InlineData("enableIPv4Masquerade: false", ImportVerdict.Kept, "masquerade.enabled: false")]
    [InlineData("enableIPv6Masquerade: false", ImportVerdict.Kept, null)]
    [InlineData("{enableIPv6Masquerade: false, ipv6: {enabled: true}}", ImportVerdict.Changed, "masquerade.nonMasqueradeCIDRs: [::/0]")]
    [InlineData("{enableIPv4Masquerade: false, ipv6: {enabled: true}}", ImportVerdict.Changed, "masquerade.nonMasqueradeCIDRs: [0.0.0.0/0]")]
    [InlineData("{enableIPv4Masquerade: false, ipv4: {enabled: false}, ipv6: {enabled: true}}", ImportVerdict.Kept, null)]
    [InlineData("{enableIPv6Masquerade: false, ipv4: {enabled: false}, ipv6: {enabled: true}}", ImportVerdict.Kept, "masquerade.enabled: false")]
    [InlineData("ipMasqAgent: {config: {nonMasqueradeCIDRs: [10.0.0.0/8]}}", ImportVerdict.Kept, null)]
    [InlineData("ipMasqAgent: {config: {nonMasqueradeCIDRs: [10.0.0.0/8]}, enabled: true}", ImportVerdict.Kept, "masquerade.nonMasqueradeCIDRs: [10.0.0.0/8]")]
    [InlineData("bandwidthManager: {bbr: true}", ImportVerdict.Kept, null)]
    [InlineData("bandwidthManager: {bbr: true, enabled: true}", ImportVerdict.Changed, null)]
    [InlineData("authentication: {mutual: {spire: {enabled: true}}}", ImportVerdict.NotServed, null)]
    [InlineData("proxy: {prometheus: {enabled: true}}", ImportVerdict.NotServed, null)]
    [InlineData("datapathMode: veth", ImportVerdict.Kept, null)]
    [InlineData("{enableIPv6Masquerade: false, ipv6: {enabled: true}, enableIPv4Masquerade: false}", ImportVerdict.Kept, "masquerade.enabled: false")]
    [InlineData("bpf: {ctTcpMax: 100000}", ImportVerdict.Changed, "tables.conntrack: 100000")]
    [InlineData("bpf: {autoMount: {enabled: false}}", ImportVerdict.Changed, null)]
    [InlineData("loadBalancer: {serviceTopology: true}", ImportVerdict.Kept, null)]
    [InlineData("enableK8sTerminatingEndpoint: true", ImportVerdict.Kept, null)]
    [InlineData("serviceNoBackendResponse: reject", ImportVerdict.Kept, null)]
    [InlineData("serviceNoBackendResponse: drop", ImportVerdict.Changed, null)]
    [InlineData("hostServices: {enabled: false}", ImportVerdict.Kept, "socketLB.enabled: false")]
    [InlineData("{socketLB: {enabled: false}, kubeProxyReplacement: true}", ImportVerdict.Changed, null)]
    [InlineData("enableRuntimeDeviceDetection: true", ImportVerdict.Changed, null)]
    [InlineData("disableEndpointCRD: true", ImportVerdict.Kept, null)]
    [InlineData("bpf: {vlanBypass: [0]}", ImportVerdict.Kept, null)]
    [InlineData("bpf: {vlanBypass: [4]}", ImportVerdict.Changed, null)]
    [InlineData("bpf: {datapathMode: lb-only}", ImportVerdict.NotServed, null)]
    [InlineData("encryption: {type: wireguard, enabled: false}", ImportVerdict.Kept, null)]
    [InlineData("encryption: {type: wireguard, enabled: true}", ImportVerdict.NotServed, null)]
    [InlineData("envoy: {enabled: false}", ImportVerdict.Kept, null)]
    [InlineData("hubble: {enabled: false, metrics: {port: 9965}}", ImportVerdict.Kept, null)]
    [InlineData("policyEnforcementMode: Never", ImportVerdict.Kept, null)]
    [InlineData("annotateK8sNode: false", ImportVerdict.Kept, null)]
    [InlineData("annotateK8sNode: true", ImportVerdict.Refused, null)]
    [InlineData("ciliumEndpointSlice: {enabled: false}", ImportVerdict.Kept, null)]
    [InlineData("hubble: {}", ImportVerdict.Kept, null)]
    [InlineData("loadBalancer: {}", ImportVerdict.Kept, null)]
    [InlineData("extraArgs: []", ImportVerdict.Kept, null)]
    [InlineData("extraConfig: {routing-mode: native}", ImportVerdict.Kept, "routing.mode: native")]
    [InlineData("extraConfig: {mtu: '1400', routing-mode: native}", ImportVerdict.Kept, "routing.mtu: 1400")]
    [InlineData("extraConfig: {prometheus-serve-addr: ':9999'}", ImportVerdict.Kept, "metrics.listen: \":9999\"")]
    [InlineData("extraConfig: {enable-endpoint-health-checking: 'false'}", ImportVerdict.Kept, null)]
    [InlineData("extraConfig: {devices: eth+}", ImportVerdict.Refused, null)]
    [InlineData("debug: {enabled: true}", ImportVerdict.Kept, "log.level: debug")]
    [InlineData("operator: {replicas: 1}", ImportVerdict.Refused, null)]
    [InlineData("hubble: {metrics: {enabled: [dns]}}", ImportVerdict.NotServed, null)]
    [InlineData("l7Proxy:", ImportVerdict.Kept, null)]
    [InlineData("prometheus: {enabled: true, port: 9962}", ImportVerdict.Kept, "metrics.listen: \":9962\"")]
    [InlineData("prometheus: {enabled: false, port: 9962}", ImportVerdict.Kept, null)]
    [InlineData("prometheus: {port: 9999, enabled: true}", ImportVerdict.Kept, "metrics.listen: \":9999\"")]
    [InlineData("prometheus: {enabled: true, port: 9999}", ImportVerdict.Kept, "metrics.listen: \":9999\"")]
    [InlineData("prometheus: {enabled: true}", ImportVerdict.Kept, "metrics.listen: \":9962\"")]
    [InlineData("prometheus: {port: 9999}", ImportVerdict.Kept, null)]
    [InlineData("encryption: {nodeEncryption: false}", ImportVerdict.Kept, null)]
    [InlineData("encryption: {nodeEncryption: true}", ImportVerdict.NotServed, null)]
    [InlineData("encryption: {strictMode: {allowRemoteNodeIdentities: false}}", ImportVerdict.Kept, null)]
    [InlineData("hubble: {metrics: {enabled: []}}", ImportVerdict.Kept, null)]
    [InlineData("endpointHealthChecking: {enabled: false}", ImportVerdict.Kept, null)]
    [InlineData("cluster: {name: default}", ImportVerdict.Kept, null)]
    [InlineData("cluster: {name: mine}", ImportVerdict.Changed, null)]
    [InlineData("autoDirectNodeRoutes: ''", ImportVerdict.Kept, null)]
    [InlineData("devices: [eth0, '', eth0]", ImportVerdict.Kept, "routing.devices: [eth0]")]
    [InlineData("devices: [eth0, 'a b']", ImportVerdict.Refused, "routing.devices: [eth0]")]
    [InlineData("ipMasqAgent: {config: {nonMasqueradeCIDRs: [10.0.0.0/8, x]}, enabled: true}", ImportVerdict.Refused, "masquerade.nonMasqueradeCIDRs: [10.0.0.0/8]")]
    public void Import_OneKey_HasItsVerdict(string text, ImportVerdict verdict, string? becomes)
    {
        var finding = Fixture.Import(text).Findings[0];

        finding.Verdict.ShouldBe(verdict);
        finding.Becomes.ShouldBe(becomes);
        (finding.Why.Length > 0 || finding.Becomes is not null).ShouldBeTrue();
    }

    [Fact]
    public void Import_Group_HasALinePerKeyOfIt()
    {
        var result = Fixture.Import("""
            extraConfig:
              enable-bpf-masquerade: "true"
              bpf-lb-sock: "false"
              nonsense-key: x
              enable-bpf-maskerade: "true"
            operator:
              replicas: 1
              nosuchkey: 1
            tls:
              enabledd: true
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution: []
            """);

        result.Of("extraConfig.enable-bpf-masquerade").Verdict.ShouldBe(ImportVerdict.Kept);
        result.Of("extraConfig.bpf-lb-sock").Becomes.ShouldBe("socketLB.enabled: false");
        result.Of("extraConfig.nonsense-key").ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(ImportVerdict.Unknown), f => f.Where.ShouldBe("values.yaml:4"), f => f.Why.ShouldNotContain("did you mean"));
        result.Of("extraConfig.enable-bpf-maskerade").Why.ShouldEndWith("did you mean extraConfig.enable-bpf-masquerade?");
        foreach (var key in (string[])["operator.replicas", "operator.nosuchkey", "tls.enabledd"])
        {
            result.Of(key).Verdict.ShouldBe(ImportVerdict.Refused);
        }
        result.Findings.Count(static f => f.Line > 0).ShouldBe(8);
    }

    [Fact]
    public void Import_GroupWhereAValueBelongs_IsUnknownKeyByKey() =>
        Fixture.Import("MTU: 1400\nroutingMode:\n  mode: native\n").Of("routingMode.mode").Verdict.ShouldBe(ImportVerdict.Unknown);

    [Fact]
    public void Import_OptionOfTheAgentBesideItsKey_IsTheOneThatCounts()
    {
        var result = Fixture.Import("routingMode: tunnel\nipv4NativeRoutingCIDR: 10.0.0.0/8\nextraConfig:\n  routing-mode: native\n  enable-policy: never\n");

        Fixture.Options(result).Routing.Mode.ShouldBe(RoutingMode.Native);
        result.Of("routingMode").ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(ImportVerdict.Refused), f => f.Why.ShouldContain("extraConfig.routing-mode"));
        result.Findings.ShouldNotContain(f => f.Key == "policyEnforcementMode");
    }

    [Theory]
    [InlineData("policyEnforcementMode", "default", ImportVerdict.NotServed, "NetworkPolicy is NOT enforced")]
    [InlineData("ipam.mode", "cluster-pool", ImportVerdict.Changed, "spec.podCIDRs")]
    [InlineData("hubble.enabled", "true", ImportVerdict.NotServed, "straum drops")]
    [InlineData("l7Proxy", "true", ImportVerdict.NotServed, "layer 7")]
    [InlineData("healthChecking", "true", ImportVerdict.NotServed, "probe")]
    [InlineData("cni.exclusive", "true", ImportVerdict.Changed, "files of other plugins")]
    [InlineData("loadBalancer.serviceTopology", "false", ImportVerdict.Changed, "hints")]
    [InlineData("nodePort.enabled", "true", ImportVerdict.NotServed, "only ClusterIP")]
    [InlineData("externalIPs.enabled", "true", ImportVerdict.NotServed, "only ClusterIP")]
    [InlineData("hostPort.enabled", "true", ImportVerdict.NotServed, "only ClusterIP")]
    [InlineData("sessionAffinity", "true", ImportVerdict.NotServed, "sessionAffinity")]
    public void Import_SilentAboutWhatCiliumDoesByItself_SaysWhatBecomesOfIt(string key, string value, ImportVerdict verdict, string why) =>
        Fixture.Import("kubeProxyReplacement: true\n").Of(key).ShouldSatisfyAllConditions(
            f => f.Value.ShouldBe(value),
            f => f.Verdict.ShouldBe(verdict),
            f => f.Where.ShouldBe("values.yaml"),
            f => f.Why.ShouldStartWith("Cilium's default, written out: "),
            f => f.Why.ShouldContain(why));

    [Fact]
    public void Import_EveryDefaultSwitchedOff_HasNoneWrittenOut() => Fixture.Import("""
        kubeProxyReplacement: false
        routingMode: native
        autoDirectNodeRoutes: true
        ipv6: {enabled: true}
        ipam: {mode: kubernetes}
        policyEnforcementMode: never
        hubble: {enabled: false}
        l7Proxy: false
        healthChecking: false
        cni: {exclusive: false}
        loadBalancer: {serviceTopology: true}
        """).Findings.ShouldAllBe(static f => f.Line > 0 && (f.Verdict == ImportVerdict.Kept || f.Verdict == ImportVerdict.Changed));

    [Fact]
    public void Import_DefaultsOfTwoFiles_AreThoseThatNoneOfThemSets()
    {
        var result = Fixture.Import(
            new ImportSource("--set", HelmSettings.ToYaml(["prometheus.enabled=true"]), HasLines: false),
            new ImportSource("values.yaml", "routingMode: native\nMTU: 9000\nprometheus: {port: 9999}\n"));

        var options = Fixture.Options(result);
        options.Routing.ShouldSatisfyAllConditions(r => r.Mode.ShouldBe(RoutingMode.Native), r => r.Mtu.ShouldBe(9000));
        options.Metrics.Listen.ShouldBe(new ListenPoint(null, 9999));
        result.Of("policyEnforcementMode").File.ShouldBe("values.yaml", "once, in the last file");
    }

    [Fact]
    public void Import_AddressesOfACloud_HaveItsDefaults()
    {
        var result = Fixture.Import("eni:\n  enabled: true\n");

        Fixture.Options(result).Routing.Mode.ShouldBe(RoutingMode.Native);
        result.Of("ipam.mode").ShouldSatisfyAllConditions(f => f.Value.ShouldBe("eni"), f => f.Verdict.ShouldBe(ImportVerdict.Refused));
    }

    [Fact]
    public void Import_PatternOfDevices_SaysWhatToWrite() => Fixture.Import("devices: [eth0, en+]\n").Of("devices").Why.ShouldSatisfyAllConditions(
        w => w.ShouldContain("en+"), w => w.ShouldContain("routing.devices"));

    [Theory]
    [InlineData("autoDirectNodeRoutes")]
    [InlineData("ipv6.enabled")]
    public void Import_ValueThatIsRefused_LeavesCiliumsDefault(string key)
    {
        var result = Fixture.Import(HelmSettings.ToYaml(["routingMode=native", key + "=maybe"]));

        result.Findings.Where(f => f.Key == key).Select(static f => (f.Verdict, f.Value)).ShouldBe([(ImportVerdict.Refused, "maybe"), (ImportVerdict.Kept, "false")]);
        Fixture.Options(result).ShouldSatisfyAllConditions(o => o.Routing.DirectNodeRoutes.ShouldBeFalse(), o => o.Ipv6.Enabled.ShouldBeFalse());
    }

    [Theory]
    [InlineData("USER-SUPPLIED VALUES:\nroutingMode: native\n", "values:2")]
    [InlineData("COMPUTED VALUES:\r\nMTU: 1400\r\nroutingMode: native\r\n", "values:3")]
    public void Import_WhatHelmPrints_IsReadWithoutItsTitle(string text, string where)
    {
        var result = Fixture.Import(new ImportSource("values", text));

        result.Of("routingMode").Where.ShouldBe(where);
        result.Findings.ShouldAllBe(static f => f.Verdict != ImportVerdict.Unknown);
    }

    [Theory]
    [InlineData("USER-SUPPLIED VALUES:\nnull\n")]
    [InlineData("USER-SUPPLIED VALUES:\n{}\n")]
    [InlineData("USER-SUPPLIED VALUES:\n")]
    public void Import_ReleaseWithoutValues_HasCiliumsDefaults(string text) =>
        Fixture.Import(new ImportSource("values", text)).Findings.ShouldNotBeEmpty();

    [Fact]
    public void Import_PrefixesOfBothFamilies_MakeOneList()
    {
        var result = Fixture.Import("ipv6: {enabled: true}\nipv4NativeRoutingCIDR: 10.0.0.0/8\nipv6NativeRoutingCIDR: ::/0\n");

        Fixture.Options(result).Masquerade.NonMasqueradeCidrs.ShouldBe([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("::/0")]);
    }

    [Fact]
    public void Import_ValuesThatDoNotFitTogether_LeaveOneOut()
    {
        var result = Fixture.Import("kubeProxyReplacement: true\nipv4: {enabled: false}\n"); // IPv6 is off by Cilium's default

        result.Findings.ShouldContain(f => f.Verdict == ImportVerdict.Refused && f.Why.Contains("both families"));
    }

    [Fact]
    public void Import_KeyThatTwoFilesSetDifferently_KeepsTheFirst()
    {
        var result = Fixture.Import(new ImportSource("a.yaml", "MTU: 1400\n"), new ImportSource("b.yaml", "MTU: 1500\n"));

        Fixture.Options(result).Routing.Mtu.ShouldBe(1350);
        result.Findings.Single(f => f.Key == "MTU" && f.File == "b.yaml").Why.ShouldContain("a.yaml:1");
    }

    [Fact]
    public void Table_EveryTarget_IsAKeyOfStraum()
    {
        foreach (var path in CiliumKeys.Create().Known.Where(static p => !p.EndsWith('*')))
        {
            // Throws when an answer names a key that straum.yaml does not have.
            foreach (var value in (string[])["true", "false", "x", "1", "vxlan", "auto", "strict"])
            {
                ConfigImport.Run([new ImportSource("--set", HelmSettings.ToYaml([$"{path}={value}"]), HasLines: false)], "cilium");
            }
        }
    }
}
