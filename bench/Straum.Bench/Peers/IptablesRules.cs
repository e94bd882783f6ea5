using System.Globalization;
using System.Text;

namespace Straum.Bench.Peers;

/// <summary>
/// Input of iptables-restore in the shape that kube-proxy's iptables mode writes (pkg/proxy/iptables of Kubernetes 1.36): one
/// rule per Service in KUBE-SERVICES, a chain per Service that throws a die, a chain per endpoint that translates.
/// </summary>
internal static class IptablesRules
{
    /// <param name="services">In the order of their rules.</param>
    /// <param name="podPrefix">Sources outside it are masqueraded.</param>
    public static string Write(IEnumerable<PeerService> services, string podPrefix)
    {
        var (chains, rules, each) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        foreach (var service in services)
        {
            var chain = $"KUBE-SVC-{service.Index:D16}";
            chains.Append($":{chain} - [0:0]\n");
            rules.Append($"-A KUBE-SERVICES -d {service.Address}/32 -p tcp -m comment --comment \"{service.PortName} cluster IP\" -m tcp --dport {service.Port} -j {chain}\n");
            each.Append($"-A {chain} ! -s {podPrefix} -d {service.Address}/32 -p tcp -m comment --comment \"{service.PortName} cluster IP\" -m tcp --dport {service.Port} -j KUBE-MARK-MASQ\n");
            for (var i = 0; i < service.Endpoints.Count; i++)
            {
                var endpoint = $"KUBE-SEP-{service.Index:D13}{i:D3}";
                var left = service.Endpoints.Count - i;
                var die = left > 1 ? $" -m statistic --mode random --probability {(1.0 / left).ToString("F11", CultureInfo.InvariantCulture)}" : "";
                chains.Append($":{endpoint} - [0:0]\n");
                each.Append($"-A {chain} -m comment --comment \"{service.PortName} -> {service.Endpoints[i]}:{service.TargetPort}\"{die} -j {endpoint}\n");
                each.Append($"-A {endpoint} -s {service.Endpoints[i]}/32 -m comment --comment \"{service.PortName}\" -j KUBE-MARK-MASQ\n");
                each.Append($"-A {endpoint} -p tcp -m comment --comment \"{service.PortName}\" -m tcp -j DNAT --to-destination {service.Endpoints[i]}:{service.TargetPort}\n");
            }
        }
        return $"""
            *filter
            :KUBE-EXTERNAL-SERVICES - [0:0]
            :KUBE-FIREWALL - [0:0]
            :KUBE-FORWARD - [0:0]
            :KUBE-PROXY-FIREWALL - [0:0]
            :KUBE-SERVICES - [0:0]
            -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
            -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
            -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
            -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
            -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
            -A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
            -A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            COMMIT
            *nat
            :KUBE-MARK-MASQ - [0:0]
            :KUBE-NODEPORTS - [0:0]
            :KUBE-POSTROUTING - [0:0]
            :KUBE-SERVICES - [0:0]
            {chains}-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
            -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
            -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
            -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
            -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
            -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
            -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
            {rules}-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
            {each}COMMIT

            """;
    }
}
