using System.Text;

namespace Straum.Bench.Peers;

/// <summary>
/// Input of nft in the shape that kube-proxy's nftables mode writes (pkg/proxy/nftables of Kubernetes 1.36): one verdict map
/// from address, protocol and port to a chain per Service, and in it a die whose faces are chains per endpoint.
/// </summary>
internal static class NftablesRules
{
    /// <param name="services">What the map has.</param>
    /// <param name="podPrefix">Sources outside it are masqueraded.</param>
    public static string Write(IEnumerable<PeerService> services, string podPrefix)
    {
        var (chains, elements, addresses) = (new StringBuilder(), new List<string>(), new List<string>());
        foreach (var service in services)
        {
            var faces = new List<string>();
            for (var i = 0; i < service.Endpoints.Count; i++)
            {
                var endpoint = $"endpoint-{service.Index}-{i}-svc/tcp/http__{service.Endpoints[i]}/{service.TargetPort}";
                faces.Add($"{i} : goto {endpoint}");
                chains.Append($$"""
                    chain {{endpoint}} {
                    ip saddr {{service.Endpoints[i]}} jump mark-for-masquerade
                    meta l4proto tcp dnat to {{service.Endpoints[i]}}:{{service.TargetPort}}
                    }

                    """);
            }
            chains.Append($$"""
                chain service-{{service.Index}}-svc/tcp/http {
                ip daddr {{service.Address}} tcp dport {{service.Port}} ip saddr != {{podPrefix}} jump mark-for-masquerade
                numgen random mod {{faces.Count}} vmap { {{string.Join(", ", faces)}} }
                }

                """);
            elements.Add($"{service.Address} . tcp . {service.Port} : goto service-{service.Index}-svc/tcp/http");
            addresses.Add(service.Address);
        }
        return $$"""
            table ip kube-proxy {
            set cluster-ips { type ipv4_addr; elements = { {{string.Join(",\n", addresses)}} } }
            set nodeport-ips { type ipv4_addr; }
            map firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
            map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; }
            map no-endpoint-nodeports { type inet_proto . inet_service : verdict; }
            map service-nodeports { type inet_proto . inet_service : verdict; }
            chain mark-for-masquerade { meta mark set meta mark | 0x4000; }
            chain masquerading {
            meta mark & 0x4000 == 0 return
            meta mark set meta mark ^ 0x4000
            masquerade fully-random
            }
            {{chains}}map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; elements = { {{string.Join(",\n", elements)}} } }
            chain services {
            ip daddr . meta l4proto . th dport vmap @service-ips
            ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
            }
            chain service-endpoints-check { ip daddr . meta l4proto . th dport vmap @no-endpoint-services; }
            chain nodeport-endpoints-check { ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports; }
            chain cluster-ips-check { ip daddr @cluster-ips reject; }
            chain firewall-check { ip daddr . meta l4proto . th dport vmap @firewall-ips; }
            chain filter-prerouting-pre-dnat { type filter hook prerouting priority dstnat - 10; ct state new jump firewall-check; }
            chain filter-output-pre-dnat { type filter hook output priority -110; ct state new jump firewall-check; }
            chain filter-input { type filter hook input priority filter; ct state new jump nodeport-endpoints-check; ct state new jump service-endpoints-check; }
            chain filter-forward { type filter hook forward priority filter; ct state new jump service-endpoints-check; ct state new jump cluster-ips-check; }
            chain filter-output { type filter hook output priority filter; ct state new jump service-endpoints-check; ct state new jump cluster-ips-check; }
            chain nat-prerouting { type nat hook prerouting priority dstnat; jump services; }
            chain nat-output { type nat hook output priority -100; jump services; }
            chain nat-postrouting { type nat hook postrouting priority srcnat; jump masquerading; }
            }

            """;
    }
}
