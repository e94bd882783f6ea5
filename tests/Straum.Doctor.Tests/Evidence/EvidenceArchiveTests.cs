using System.Formats.Tar;
using System.IO.Compression;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Evidence;

public sealed class EvidenceArchiveTests
{
    private readonly SyntheticHost _host = new();

    [Fact]
    public async Task Archive_HasWhatTheHostHas_WithoutSecrets()
    {
        _host.Files["/etc/straum/straum.yaml"] = ["bgp:\n  password: hunter2\n"];
        _host.Files["/proc/version"] = ["Linux version 6.18\n"];
        _host.AgentReports["drops"] = """{"drops":[]}""";
        _host.Tools["ip rule"] = new ToolOutput(0, "0: from all lookup local\n", "");
        var files = await WriteAsync();
        files["agent/straum.yaml"].ShouldBe("# /etc/straum/straum.yaml\nbgp:\n  password: [redacted]\n");
        files["agent/drops.json"].ShouldBe("""{"drops":[]}""");
        files["network/rules"].ShouldStartWith("0: from all");
        files["doctor.json"].ShouldContain("\"checks\"");
        files.ShouldNotContainKey("agent/status.json");
    }

    [Fact]
    public async Task Manifest_NamesWhatIsMissingAndWhy()
    {
        _host.Files["/proc/cmdline"] = ["ro quiet"];
        _host.Refused.Add("/proc/cmdline");
        _host.Tools["ss -s"] = new ToolOutput(1, "", "Cannot open netlink socket\n");
        var files = await WriteAsync();
        files["MANIFEST.txt"].ShouldContain("agent/status.json: agent /v1/status: no agent answers");
        files["MANIFEST.txt"].ShouldContain("host/cmdline: /proc/cmdline: Access to the path");
        files["network/sockets"].ShouldContain("exit code 1: Cannot open netlink socket");
    }

    [Fact]
    public async Task Archive_HasTheNodesSettingsAndRules_AndEveryPodsAddressesAndRoutes()
    {
        _host.Tools["sysctl -a --pattern ^net\\."] = new ToolOutput(0, "net.ipv4.conf.all.rp_filter = 0\nnet.ipv6.conf.eth0.stable_secret = 2001:db8::1\n", "");
        _host.Tools["nft list ruleset"] = new ToolOutput(0, "table inet filter {\n}\n", "");
        _host.Tools["iptables-save"] = new ToolOutput(0, "*filter\n", "");
        _host.Tools["ip6tables-save"] = new ToolOutput(0, "*nat\n", "");
        _host.AddPod("shop/web-1");
        _host.AddPod("a process-7");
        _host.AddPod("a process-7");
        _host.Tools["nsenter --net=/run/netns/shop/web-1 ip address"] = new ToolOutput(0, "2: eth0\n", "");
        _host.Tools["nsenter --net=/run/netns/shop/web-1 ip -6 route"] = new ToolOutput(0, "default via fe80::1\n", "");
        _host.Tools["nsenter --net=/run/netns/a process-7 ip neighbour"] = new ToolOutput(0, "10.0.0.1 REACHABLE\n", "");
        var files = await WriteAsync();
        files["host/sysctl-net"].ShouldBe("net.ipv4.conf.all.rp_filter = 0\nnet.ipv6.conf.eth0.stable_secret = [redacted]\n");
        files["network/nftables"].ShouldStartWith("table inet");
        files["network/iptables"].ShouldBe("*filter\n");
        files["network/ip6tables"].ShouldBe("*nat\n");
        files["pods/shop_web-1/addresses"].ShouldBe("2: eth0\n");
        files["pods/shop_web-1/routes6"].ShouldStartWith("default");
        files.ShouldNotContainKey("pods/shop_web-1/routes4");
        files.ShouldContainKey("pods/a_process-7/neighbours");
        files.ShouldContainKey("pods/a_process-7-2/neighbours");
        files["MANIFEST.txt"].ShouldContain("\npods: network namespaces of the node's pods: 3\n");
        files["MANIFEST.txt"].ShouldContain("\npods/shop_web-1/routes4: nsenter --net=/run/netns/shop/web-1 ip route: not installed\n");
    }

    [Fact]
    public async Task Archive_OfAFullNode_SaysHowManyPodsAreLeftOut()
    {
        for (var i = 0; i < 73; i++)
        {
            _host.AddPod($"shop/web-{i}");
            _host.Tools[$"nsenter --net=/run/netns/shop/web-{i} ip address"] = new ToolOutput(0, "2: eth0\n", "");
        }
        var files = await WriteAsync();
        files.Keys.Count(static f => f.StartsWith("pods/", StringComparison.Ordinal)).ShouldBe(50);
        files["MANIFEST.txt"].ShouldContain("\npods: network namespaces of the node's pods: 50 of 73, 23 are left out\n");
    }

    [Fact]
    public async Task InALab_ConfigurationAndLogAreTheNodes()
    {
        _host.Options = new DoctorOptions { LabNode = new LabNode("n1", "/lab/n1/straum.yaml", "/lab/log/n1.log") };
        _host.Files["/lab/n1/straum.yaml"] = ["node: n1\n"];
        _host.Files["/lab/log/n1.log"] = ["agent started\n"];
        _host.Files["/etc/straum/straum.yaml"] = ["node: another\n"];
        var files = await WriteAsync();
        files["agent/straum.yaml"].ShouldBe("# /lab/n1/straum.yaml\nnode: n1\n");
        files["logs/straum"].ShouldBe("# /lab/log/n1.log\nagent started\n");
    }

    [Fact]
    public async Task OfADaemonSet_ConfigurationAndLogsAreWhereTheKubeletPutsThem()
    {
        const string pod = "kube-system_straum-x7k2p_6ad1", logs = $"/var/log/pods/{pod}/agent";
        _host.Files[$"{logs}/9.log"] = ["the run before\n"];
        _host.Files[$"{logs}/10.log"] = ["this run\n"];
        _host.Files[$"{logs}/9.log.20261121-170000.gz"] = ["\u001f"];
        _host.Files["/var/log/pods/shop_straumann-1_77/agent/0.log"] = ["somebody else's\n"];
        _host.Files["/var/lib/kubelet/pods/6ad1/volumes/kubernetes.io~configmap/config/straum.yaml"] = ["mode: native\n"];
        _host.Tools["journalctl --unit straum --lines 2000 --no-pager --quiet"] = new ToolOutput(0, "\n", "");
        var files = await WriteAsync();
        files["logs/straum"].ShouldBe($"# {logs}/9.log\nthe run before\n# {logs}/10.log\nthis run\n");
        files["agent/straum.yaml"].ShouldEndWith("mode: native\n");
    }

    [Fact]
    public async Task Unit_ThatTheJournalDoesNotKnow_IsMissing()
    {
        _host.Tools["journalctl --unit kubelet --lines 500 --no-pager --quiet"] = new ToolOutput(0, "", "");
        (await WriteAsync())["MANIFEST.txt"].ShouldContain("logs/kubelet: journal of unit kubelet: nothing in the journal");
    }

    [Fact]
    public async Task LongLog_KeepsItsLastLines()
    {
        _host.Options = new DoctorOptions { LabNode = new LabNode("n1", "/straum.yaml", "/n1.log") };
        _host.Files["/n1.log"] = [string.Concat(Enumerable.Range(1, 2500).Select(static i => $"line {i}\n"))];
        (await WriteAsync())["logs/straum"].ShouldStartWith("# /n1.log\nline 501\n");
    }

    [Fact]
    public void Names_AreThereOnce() => EvidenceArchive.Items.Select(static i => i.Name).ShouldBeUnique();

    private async Task<Dictionary<string, string>> WriteAsync()
    {
        using var bytes = new MemoryStream();
        var report = new DoctorReport("n1", "6.18", DateTimeOffset.UnixEpoch, TimeSpan.Zero, []);
        await new EvidenceArchive(_host).WriteAsync(bytes, report, "0.1.0", TestContext.Current.CancellationToken);
        bytes.Position = 0;
        var files = new Dictionary<string, string>();
        using var tar = new TarReader(new GZipStream(bytes, CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            using var text = new StreamReader(entry.DataStream!);
            files[entry.Name["straum-report/".Length..]] = text.ReadToEnd();
        }
        return files;
    }
}
