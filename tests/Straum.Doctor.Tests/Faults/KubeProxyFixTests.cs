using Straum.Doctor.Checks;
using Straum.Doctor.Hosts;
using Straum.Linux;

namespace Straum.Doctor.Faults;

/// <summary>The fix of ST-RU-005 as it is pasted, on rules as kube-proxy, the kubelet and others write them.</summary>
public sealed class KubeProxyFixTests : CheckTest, IDisposable
{
    /// <summary>Of a cluster with kube-proxy 1.31 in iptables mode; a kubelet of before 1.28; CNI's portmap; and somebody's own. S is a Service's address, P a pod's.</summary>
    private const string Rules = """
        *mangle
        :KUBE-IPTABLES-HINT - [0:0]
        :KUBE-KUBELET-CANARY - [0:0]
        :KUBE-PROXY-CANARY - [0:0]
        COMMIT
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :KUBE-EXTERNAL-SERVICES - [0:0]
        :KUBE-FIREWALL - [0:0]
        :KUBE-FORWARD - [0:0]
        :KUBE-KUBELET-CANARY - [0:0]
        :KUBE-NODEPORTS - [0:0]
        :KUBE-PROXY-CANARY - [0:0]
        :KUBE-PROXY-FIREWALL - [0:0]
        :KUBE-SERVICES - [0:0]
        :MINE - [0:0]
        -A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
        -A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
        -A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
        -A INPUT -j KUBE-FIREWALL
        -A INPUT -p tcp -m tcp --dport 22 -m comment --comment "not -j KUBE-SERVICES" -j MINE
        -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
        -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
        -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -j KUBE-FIREWALL
        -A KUBE-FIREWALL -m comment --comment "block incoming localnet connections" -m mark --mark 0x8000/0x8000 -j DROP
        -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
        -A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
        -A KUBE-SERVICES -d S -p tcp -m comment --comment "default/gone has no endpoints" -m tcp --dport 81 -j REJECT
        -A MINE -j ACCEPT
        COMMIT
        *nat
        :PREROUTING ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        :CNI-HOSTPORT-MASQ - [0:0]
        :KUBE-EXT-ABCDEFGHIJKLMNOP - [0:0]
        :KUBE-KUBELET-CANARY - [0:0]
        :KUBE-MARK-DROP - [0:0]
        :KUBE-MARK-MASQ - [0:0]
        :KUBE-NODEPORTS - [0:0]
        :KUBE-POSTROUTING - [0:0]
        :KUBE-PROXY-CANARY - [0:0]
        :KUBE-SEP-ABCDEFGHIJKLMNOP - [0:0]
        :KUBE-SERVICES - [0:0]
        :KUBE-SVC-ABCDEFGHIJKLMNOP - [0:0]
        :KUBE-SVL-ABCDEFGHIJKLMNOP - [0:0]
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
        -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
        -A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
        -A KUBE-EXT-ABCDEFGHIJKLMNOP -m comment --comment "masquerade traffic for default/web external destinations" -j KUBE-MARK-MASQ
        -A KUBE-EXT-ABCDEFGHIJKLMNOP -j KUBE-SVC-ABCDEFGHIJKLMNOP
        -A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000
        -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
        -A KUBE-NODEPORTS -p tcp -m comment --comment "default/web" -m tcp --dport 30080 -j KUBE-EXT-ABCDEFGHIJKLMNOP
        -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
        -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
        -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
        -A KUBE-SEP-ABCDEFGHIJKLMNOP -s P -m comment --comment "default/web" -j KUBE-MARK-MASQ
        -A KUBE-SEP-ABCDEFGHIJKLMNOP -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination TO
        -A KUBE-SERVICES -d S -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-ABCDEFGHIJKLMNOP
        -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
        -A KUBE-SVC-ABCDEFGHIJKLMNOP -m comment --comment "default/web -> TO" -j KUBE-SEP-ABCDEFGHIJKLMNOP
        -A KUBE-SVL-ABCDEFGHIJKLMNOP -m comment --comment "default/web has no local endpoints" -j RETURN
        COMMIT

        """;

    /// <summary>In nftables mode, shortened; FAMILY ip or ip6.</summary>
    private const string Table = """
        table FAMILY kube-proxy {
          map service-ips { type FAMILY_addr . inet_proto . inet_service : verdict; elements = { S . tcp . 80 : goto service-ABC } }
          chain services { FAMILY daddr . meta l4proto . th dport vmap @service-ips; }
          chain service-ABC { goto endpoint-DEF; }
          chain endpoint-DEF { meta l4proto tcp dnat to TO; }
          chain nat-prerouting { type nat hook prerouting priority dstnat; policy accept; jump services; }
        }
        table FAMILY mine { chain c { counter; }; }

        """;

    private readonly TestNamespace _node = new();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Fix_OfRulesOfBothFamilies_RemovesKubeProxysAndNoOthers(string kind)
    {
        Assert.SkipUnless(kind == "nft" || Run("iptables-legacy-save -t mangle && iptables-legacy -t mangle -L").Code == 0, "this kernel has no tables of iptables-legacy");
        foreach (var (six, service, pod, to) in (IEnumerable<(string, string, string, string)>)[("", "10.96.0.10/32", "10.244.1.2/32", "10.244.1.2:8080"), ("6", "fd00:96::10/128", "fd00:244::2/128", "[fd00:244::2]:8080")])
        {
            FaultyNode.Do(_node, $"ip{six}tables-{kind}-restore <<'END'\n{Rules.Replace("-d S", $"-d {service}").Replace("-s P", $"-s {pod}").Replace("TO\n", to + "\n").Replace("-> TO", $"-> {to}")}END\n");
        }
        // The kernel says of iptables-legacy how many rules a table has, not in which chains.
        (await LeftoversAsync()).ShouldBe(kind == "nft" ? Verdict.Warn : Verdict.Pass);

        FaultyNode.Do(_node, Fix);

        (await LeftoversAsync()).ShouldBe(Verdict.Pass);
        foreach (var six in (string[])["", "6"])
        {
            var left = Run($"ip{six}tables-{kind}-save").Output.Split('\n').Where(static l => l.StartsWith(':') || l.StartsWith('-')).Select(static l => l.Split(" [")[0]).ToList();
            left.Where(static l => l.StartsWith(":KUBE", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ShouldBe(
            [
                ":KUBE-FIREWALL -", ":KUBE-IPTABLES-HINT -", ":KUBE-KUBELET-CANARY -", ":KUBE-KUBELET-CANARY -", ":KUBE-KUBELET-CANARY -", ":KUBE-MARK-DROP -", ":KUBE-MARK-MASQ -", ":KUBE-POSTROUTING -",
            ]);
            left.Where(static l => l.StartsWith('-')).ShouldBe(
            [
                "-A INPUT -j KUBE-FIREWALL",
                "-A INPUT -p tcp -m tcp --dport 22 -m comment --comment \"not -j KUBE-SERVICES\" -j MINE",
                "-A OUTPUT -j KUBE-FIREWALL",
                "-A KUBE-FIREWALL -m comment --comment \"block incoming localnet connections\" -m mark --mark 0x8000/0x8000 -j DROP",
                "-A MINE -j ACCEPT",
                "-A POSTROUTING -m comment --comment \"CNI portfwd requiring masquerade\" -j CNI-HOSTPORT-MASQ",
                "-A POSTROUTING -m comment --comment \"kubernetes postrouting rules\" -j KUBE-POSTROUTING",
                "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
                "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0",
                "-A KUBE-POSTROUTING -m comment --comment \"kubernetes service traffic requiring SNAT\" -j MASQUERADE --random-fully",
                "-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE",
                "-A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000",
                "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
            ], ignoreOrder: true);
        }
        // Once more: nothing is there to remove, and nothing complains.
        FaultyNode.Do(_node, Fix);
    }

    [Fact]
    public async Task Fix_OfTablesOfNftables_RemovesBothFamiliesAndNoOthers()
    {
        FaultyNode.Do(_node, $"nft -f - <<'END'\n{Of("ip", "ipv4", "10.96.0.10", "10.244.1.2:8080")}{Of("ip6", "ipv6", "fd00:96::10", "[fd00:244::2]:8080")}END\n");
        (await LeftoversAsync()).ShouldBe(Verdict.Warn);

        FaultyNode.Do(_node, Fix);

        (await LeftoversAsync()).ShouldBe(Verdict.Pass);
        Run("nft list tables").Output.ShouldBe("table ip mine\ntable ip6 mine\n");

        static string Of(string family, string type, string service, string to) => Table
            .Replace("FAMILY_addr", type + "_addr").Replace("FAMILY", family).Replace("{ S .", $"{{ {service} .").Replace("dnat to TO", "dnat to " + to);
    }

    private static string Fix => Catalogue.All.Single(static c => c.Id == "ST-RU-005").Explanation.Fix;

    private (int Code, string Output, string Error) Run(string script) => NamespacedProcess.Run(_node, "/bin/sh", "-ec", script);

    /// <summary>What the check says of the rules that are in the namespace now, beside an agent.</summary>
    private async Task<Verdict> LeftoversAsync()
    {
        using var network = new LinuxNetwork(NetworkNamespace.Open(_node.Name));
        Host.AgentReports["status"] = "{}";
        Host.Own.RuleList.Clear();
        Host.Own.RuleList.AddRange(network.Rules);
        return (await FindAsync("ST-RU-005")).Verdict;
    }
}
