using System.Net;
using Straum.Agent.Configuration;

namespace Straum.Agent.Tests.Configuration;

public sealed class ConfigReaderTests
{
    private static readonly ConfigEnvironment Environment =
        new(static name => name == "NODE_NAME" ? "worker-1" : null, "host", "/opt/straum");

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("routing:\n")]
    [InlineData("{}")]
    public void Read_NothingWritten_IsTheDefault(string text)
    {
        var reading = ConfigReader.Read("straum.yaml", text, Environment);

        reading.Problems.ShouldBeEmpty();
        var options = reading.Config.ShouldNotBeNull().Options;
        options.ShouldBe(new AgentOptions
        {
            Node = new() { Name = "worker-1" },
            Paths = new() { Objects = "/opt/straum/bpf" },
        });
        reading.Config.Values.Single(static v => v.Key == "node.name").ShouldBe(new EffectiveValue("node.name", "worker-1", "environment NODE_NAME"));
        reading.Config.Values.Single(static v => v.Key == "routing.mode").Origin.ShouldBe("default");
    }

    [Fact]
    public void Read_WithoutNodeName_TakesTheHostName() =>
        ConfigReader.Read("straum.yaml", "", Environment with { Variable = static _ => null }).Config!.Options.Node.Name.ShouldBe("host");

    [Fact]
    public void Read_EveryKey_ArrivesInItsOption()
    {
        var options = Right("""
            node: {name: n7}
            kubernetes: {serviceHost: fd00::1, servicePort: 6443}
            routing:
              mode: vxlan
              directNodeRoutes: false
              vxlan: {port: 4789, vni: 77}
              mtu: 1400
              devices: [eth0, eth1.5]
            ipv4: {enabled: true}
            ipv6: {enabled: false}
            masquerade:
              enabled: false
              nonMasqueradeCIDRs:
                - 10.0.0.0/8
                - 192.0.2.7/32
              portRange: 40000-50000
            socketLB: {enabled: false, cgroup: /sys/fs/cgroup/pods}
            ipam: {mode: kubernetes, quarantine: 1m30s}
            cni: {confDir: /c, network: net}
            paths: {state: /s, run: /r, bpf: /b, objects: /o}
            tables: {services: 100, backends: 200, slots: 300, pods: 400, peers: 500, conntrack: 600}
            metrics: {listen: ":9962"}
            log: {level: debug}
            """);

        options.ShouldBe(new AgentOptions
        {
            Node = new() { Name = "n7" },
            Kubernetes = new() { ServiceHost = "fd00::1", ServicePort = 6443 },
            Routing = new() { Mode = RoutingMode.Vxlan, DirectNodeRoutes = false, Vxlan = new() { Port = 4789, Vni = 77 }, Mtu = 1400, Devices = options.Routing.Devices },
            Ipv6 = new() { Enabled = false },
            Masquerade = new() { Enabled = false, NonMasqueradeCidrs = options.Masquerade.NonMasqueradeCidrs, PortRange = new(40000, 50000) },
            SocketLB = new() { Enabled = false, Cgroup = "/sys/fs/cgroup/pods" },
            Ipam = new() { Quarantine = TimeSpan.FromSeconds(90) },
            Cni = new() { ConfDir = "/c", Network = "net" },
            Paths = new() { State = "/s", Run = "/r", Bpf = "/b", Objects = "/o" },
            Tables = new() { Services = 100, Backends = 200, Slots = 300, Pods = 400, Peers = 500, Conntrack = 600 },
            Metrics = new() { Listen = new(null, 9962) },
            Log = new() { Level = LogLevelName.Debug },
        });
        options.Routing.Devices.ShouldBe(["eth0", "eth1.5"]);
        options.Masquerade.NonMasqueradeCidrs.ShouldBe([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.0.2.7/32")]);
    }

    [Theory]
    [InlineData("routing:\n  mdoe: vxlan", "2:3: routing.mdoe: is not a key (did you mean routing.mode?)")]
    [InlineData("Routing:\n  mode: vxlan", "1:1: Routing: is not a key (did you mean routing?)")]
    [InlineData("mtu: 1500", "1:1: mtu: is not a key (did you mean routing.mtu?)")]
    [InlineData("ipv4:\n  loadBalancer: 1", "2:3: ipv4.loadBalancer: is not a key (possible here: enabled)")]
    [InlineData("routing: vxlan", "1:10: routing: is a group of keys, not a value (its keys are mode, directNodeRoutes, vxlan, mtu, devices)")]
    [InlineData("ipv4:\n  enabled:\n    always: true", "3:5: ipv4.enabled: found keys (write true or false)")]
    [InlineData("ipv4:\n  enabled: yes", "2:12: ipv4.enabled: found yes (write true or false)")]
    [InlineData("ipv4:\n  enabled: \"true\"", "2:12: ipv4.enabled: found the text \"true\" (write true or false)")]
    [InlineData("log:\n  level: inf", "2:10: log.level: found inf (did you mean info?)")]
    [InlineData("log:\n  level: chatty", "2:10: log.level: found chatty (write error, warning, info or debug)")]
    [InlineData("routing:\n  vxlan:\n    port: 70000", "3:11: routing.vxlan.port: found 70000 (write a number from 1 to 65535)")]
    [InlineData("routing:\n  devices: eth0", "2:12: routing.devices: found eth0 (write a list, each item a device's name such as eth0, which is no pattern and has at most 15 characters)")]
    [InlineData("routing:\n  devices: [eth0, a-name-that-is-too-long]", "2:19: routing.devices: found a-name-that-is-too-long (write a device's name such as eth0, which is no pattern and has at most 15 characters)")]
    [InlineData("routing:\n  devices: [bond0.+]", "2:13: routing.devices: found bond0.+ (write a device's name such as eth0, which is no pattern and has at most 15 characters)")]
    [InlineData("routing:\n  devices: [\"eth*\"]", "2:13: routing.devices: found the text \"eth*\" (write a device's name such as eth0, which is no pattern and has at most 15 characters)")]
    [InlineData("routing:\n  devices: [a/b]", "2:13: routing.devices: found a/b (write a device's name such as eth0, which is no pattern and has at most 15 characters)")]
    [InlineData("routing:\n  devices: [a b]", "2:13: routing.devices: found a b (write a device's name such as eth0, which is no pattern and has at most 15 characters)")]
    [InlineData("ipam:\n  quarantine: 60", "2:15: ipam.quarantine: found 60 (write a duration with its unit from 0s to 24h, such as 1m30s)")]
    [InlineData("ipam:\n  quarantine: 2s1s", "2:15: ipam.quarantine: found 2s1s (write a duration with its unit from 0s to 24h, such as 1m30s)")]
    [InlineData("masquerade:\n  nonMasqueradeCIDRs: [10.1.2.3/8]", "2:24: masquerade.nonMasqueradeCIDRs: found 10.1.2.3/8, which has bits set behind its prefix (write 10.0.0.0/8)")]
    [InlineData("masquerade:\n  nonMasqueradeCIDRs: [fd00::/129]", "2:24: masquerade.nonMasqueradeCIDRs: found fd00::/129 (write a prefix such as 10.0.0.0/8 or fd00::/8)")]
    [InlineData("metrics:\n  listen: 9962", "2:11: metrics.listen: found 9962 (write an address and a port from 1024 to 65535, such as \":9962\", 127.0.0.1:9962 or \"[::1]:9962\")")]
    [InlineData("metrics:\n  listen: :80", "2:11: metrics.listen: found :80 (write an address and a port from 1024 to 65535, such as \":9962\", 127.0.0.1:9962 or \"[::1]:9962\")")]
    [InlineData("metrics:\n  listem: :9962", "2:3: metrics.listem: is not a key (did you mean metrics.listen?)")]
    [InlineData("masquerade:\n  portRange: 9-8", "2:14: masquerade.portRange: found 9-8 (write two ports from 1024 to 65535, the lower first, such as 49152-65535)")]
    [InlineData("paths:\n  state: var/lib", "2:10: paths.state: found var/lib (write an absolute path such as /var/lib/straum)")]
    [InlineData("node:\n  name: a\n  name: b", "3:3: node.name: is here twice, first in line 2 (keep one)")]
    [InlineData("- a", "1:1: found no keys (write keys such as node.name)")]
    [InlineData("a: 1\n---\nb: 2", "2:1: a second document; a configuration is one")]
    [InlineData("node: &a {name: x}\nipv4: *a", "2:7: aliases (*name) are not understood here; write the value out")]
    [InlineData("node:\n  name: !secret x", "2:9: tags (!secret) are not understood here; write the plain value")]
    [InlineData("a: b: c", "1:5: not YAML: found a key where none can be (is the line indented like its neighbours, and a value with ': ' in quotes?)")]
    [InlineData("routing:\n mode: native\n  mtu: 1", "3:6: not YAML: found a key where none can be (is the line indented like its neighbours, and a value with ': ' in quotes?)")]
    [InlineData("routing:\n\tmode: native", "2:1: not YAML: a tab indents the line (indent with spaces)")]
    [InlineData("routing:\n  mode: native\n  \tmtu: 1", "3:3: not YAML: a tab indents the line (indent with spaces)")]
    public void Read_SomethingWrong_NamesPlaceKeyAndFix(string text, string problem) =>
        ConfigReader.Read("straum.yaml", text, Environment).Problems.Select(static p => p.ToString()).ShouldBe(["straum.yaml:" + problem]);

    [Fact]
    public void Read_ManyThingsWrong_NamesAllInTheOrderOfTheFile()
    {
        var reading = ConfigReader.Read("f", "log:\n  level: x\nnode:\n  nmae: y\nmasquerade:\n  nonMasqueradeCIDRs: [x, 10.0.0.0/8, 10.0.0.0/8]\n", Environment);

        reading.IsRight.ShouldBeFalse();
        reading.Problems.Select(static p => (p.Line, p.Column)).ShouldBe([(2, 10), (4, 3), (6, 24), (6, 39)]);
    }

    [Theory]
    [InlineData("routing: {mtu: 1000}", "routing.mtu")]
    [InlineData("ipv4: {enabled: false}\nipv6: {enabled: false}", "ipv6.enabled")]
    [InlineData("masquerade: {portRange: 32000-40000}", "masquerade.portRange")]
    [InlineData("masquerade: {portRange: 60000-60100}", "masquerade.portRange")]
    [InlineData("routing: {mode: vxlan, vxlan: {port: 50000}}", "routing.vxlan.port")]
    [InlineData("metrics: {listen: ':50000'}", "metrics.listen")]
    [InlineData("kubernetes: {kubeconfig: /k, serviceHost: a}", "kubernetes.serviceHost")]
    [InlineData("paths: {state: /x, run: /x}", "paths.run")]
    [InlineData("ipv6: {enabled: false}\nmasquerade: {nonMasqueradeCIDRs: [fd00::/8]}", "masquerade.nonMasqueradeCIDRs")]
    public void Read_ValuesThatDoNotFitTogether_NamesTheOneToChangeWithItsPlace(string text, string key)
    {
        var problem = ConfigReader.Read("f", text, Environment).Problems.ShouldHaveSingleItem();
        problem.Key.ShouldBe(key);
        problem.Line.ShouldBeGreaterThan(0);
        problem.Fix.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("kind: ConfigMap\ndata:\n  other: x\n  straum.yaml: |\n\n    # comment\n    routing:\n      mode: vxln\n", 8, 13)]
    [InlineData("kind: ConfigMap\ndata:\n  straum.yaml: \"routing: {mode: vxln}\"\n", 3, 16)]
    public void Read_ConfigMap_PointsIntoTheManifest(string manifest, int line, int column)
    {
        var problem = ConfigReader.Read("cm.yaml", manifest, Environment).Problems.ShouldHaveSingleItem();
        (problem.Key, problem.Line, problem.Column).ShouldBe(("routing.mode", line, column));
    }

    [Fact]
    public void Read_ConfigMapWithoutTheKey_SaysWhereToPutIt() =>
        ConfigReader.Read("cm.yaml", "kind: ConfigMap\ndata: {a: b}\n", Environment).Problems.ShouldHaveSingleItem().Fix.ShouldBe("put the configuration under data: straum.yaml: |");

    [Fact]
    public void Read_ValuesThatWerePrinted_AreTheSameAgain()
    {
        var config = ConfigReader.Read("f", "masquerade: {nonMasqueradeCIDRs: [fd00::/8], portRange: 50000-60000}\nipam: {quarantine: 1h2m3s4ms}\n", Environment).Config!;
        foreach (var value in config.Values)
        {
            var again = ConfigReader.Read("f", Nested(value.Key, value.Value), Environment);
            again.Config.ShouldNotBeNull(value.Key).Values.Single(v => v.Key == value.Key).Value.ShouldBe(value.Value);
        }
    }

    [Fact]
    public void Read_MutilatedText_NeverThrows()
    {
        const string text = "routing:\n  mode: vxlan\n  devices: [eth0, \"a\"]\n# c\nipam: {quarantine: 60s}\npaths:\n  state: |\n    /x\n  run: >-\n    /y\n";
        const string noise = "[]{}:,#&*!|>'\"%@`-? \n\t\\\u0000é";
        var random = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            var mutilated = text.ToCharArray();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                mutilated[random.Next(mutilated.Length)] = noise[random.Next(noise.Length)];
            }
            var input = new string(mutilated, 0, random.Next(mutilated.Length));
            Should.NotThrow(() => ConfigReader.Read("f", input, Environment), input);
        }
    }

    private static AgentOptions Right(string text)
    {
        var reading = ConfigReader.Read("straum.yaml", text, Environment);
        reading.Problems.ShouldBeEmpty();
        return reading.Config!.Options;
    }

    private static string Nested(string path, string value)
    {
        var parts = path.Split('.');
        return string.Concat(parts.Select(static p => $"{{{p}: ")) + value + new string('}', parts.Length);
    }
}
