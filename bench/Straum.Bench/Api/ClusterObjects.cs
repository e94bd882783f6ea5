using System.Text;
using Straum.Bench.Bed;

namespace Straum.Bench.Api;

/// <summary>
/// Objects as a real cluster has them, with the labels, annotations and managedFields that make most of their bytes: an
/// agent has to read over what it does not use.
/// </summary>
internal static class ClusterObjects
{
    private const string NodeText = """
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"%name","uid":"%uid","resourceVersion":"%version","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"kubernetes.io/hostname":"%name","kubernetes.io/os":"linux","kubernetes.io/arch":"amd64"}},"spec":{"podCIDR":"%pods4","podCIDRs":["%pods4"%pods6]},"status":{"addresses":[{"type":"InternalIP","address":"%address4"}%address6,{"type":"Hostname","address":"%name"}],"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","lastHeartbeatTime":"2026-01-01T00:00:00Z","lastTransitionTime":"2026-01-01T00:00:00Z"}],"nodeInfo":{"kernelVersion":"6.12.0","osImage":"Debian GNU/Linux 13","containerRuntimeVersion":"containerd://2.0.0","kubeletVersion":"v1.36.2","architecture":"amd64"}}}
        """;

    private const string ServiceText = """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"svc-%index","namespace":"ns-%ns","uid":"%uid","resourceVersion":"%version","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app.kubernetes.io/name":"svc-%index","app.kubernetes.io/part-of":"bench","app.kubernetes.io/managed-by":"Helm"},"annotations":{"meta.helm.sh/release-name":"svc-%index","meta.helm.sh/release-namespace":"ns-%ns"},"managedFields":[{"manager":"helm","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:meta.helm.sh/release-name":{},"f:meta.helm.sh/release-namespace":{}},"f:labels":{".":{},"f:app.kubernetes.io/name":{},"f:app.kubernetes.io/part-of":{},"f:app.kubernetes.io/managed-by":{}}},"f:spec":{"f:internalTrafficPolicy":{},"f:ports":{".":{},"k:{\"port\":%port,\"protocol\":\"%protocol\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}},"f:selector":{},"f:sessionAffinity":{},"f:type":{}}}}]},"spec":{"ports":[{"name":"http","protocol":"%protocol","port":%port,"targetPort":"http"}],"selector":{"app.kubernetes.io/name":"svc-%index"},"clusterIP":"%address","clusterIPs":["%address"],"type":"ClusterIP","sessionAffinity":"None","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{}}}
        """;

    private const string SliceText = """
        {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"svc-%index-x7k2p","generateName":"svc-%index-","namespace":"ns-%ns","uid":"%uid","resourceVersion":"%version","generation":3,"creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app.kubernetes.io/name":"svc-%index","endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io","kubernetes.io/service-name":"svc-%index"},"annotations":{"endpoints.kubernetes.io/last-change-trigger-time":"2026-01-01T00:00:00Z"},"ownerReferences":[{"apiVersion":"v1","kind":"Service","name":"svc-%index","uid":"%uid","controller":true,"blockOwnerDeletion":true}],"managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"discovery.k8s.io/v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:addressType":{},"f:endpoints":{},"f:metadata":{"f:annotations":{".":{},"f:endpoints.kubernetes.io/last-change-trigger-time":{}},"f:generateName":{},"f:labels":{".":{},"f:app.kubernetes.io/name":{},"f:endpointslice.kubernetes.io/managed-by":{},"f:kubernetes.io/service-name":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"%uid\"}":{}}},"f:ports":{}}}]},"addressType":"IPv4","endpoints":[%endpoints],"ports":[{"name":"http","protocol":"%protocol","port":%port}]}
        """;

    private const string EndpointText = """
        {"addresses":["%address"],"conditions":{"ready":true,"serving":true,"terminating":false},"nodeName":"node-%node","targetRef":{"kind":"Pod","namespace":"ns-%ns","name":"svc-%index-6d4cf56db6-%node","uid":"%uid"},"zone":"zone-a"}
        """;

    /// <summary>A node of the bed, in both families.</summary>
    public static ApiObject Node(string name, int index) => NodeOf(name, index,
        NodeAddresses.PodsV4(index), NodeAddresses.V4(index), $",\"{NodeAddresses.PodsV6(index)}\"", $$""",{"type":"InternalIP","address":"{{NodeAddresses.V6(index)}}"}""");

    /// <summary>A node that exists only here, of IPv4.</summary>
    /// <param name="index">From 0 on; node n has the n-th prefix of 256 addresses after 10.100.0.0.</param>
    public static ApiObject DistantNode(int index) =>
        NodeOf($"node-{index}", index, $"10.{100 + index / 256}.{index % 256}.0/24", $"172.31.{4 + index / 250}.{1 + index % 250}", "", "");

    /// <summary>A Service with one port.</summary>
    /// <param name="index">Its number: name svc-N, in one of a hundred namespaces.</param>
    /// <param name="port">Its port.</param>
    /// <param name="protocol">TCP or UDP.</param>
    public static ApiObject Service(int index, int port, string protocol = "TCP")
    {
        var text = Fill(ServiceText, ("index", index), ("ns", index % 100), ("uid", Uid(index)), ("port", port), ("protocol", protocol), ("address", ClusterIP(index)));
        return new("services", Key(index), version => Fill(text, ("version", version)));
    }

    /// <summary>The slice of that Service.</summary>
    /// <param name="index">The Service's number.</param>
    /// <param name="port">Of all endpoints.</param>
    /// <param name="endpoints">Their addresses.</param>
    /// <param name="protocol">TCP or UDP.</param>
    public static ApiObject Slice(int index, int port, IEnumerable<string> endpoints, string protocol = "TCP")
    {
        var list = string.Join(',', endpoints.Select((address, i) =>
            Fill(EndpointText, ("address", address), ("node", (index + i) % 500), ("ns", index % 100), ("index", index), ("uid", Uid(index * 31 + i)))));
        var text = Fill(SliceText, ("index", index), ("ns", index % 100), ("uid", Uid(index)), ("port", port), ("protocol", protocol), ("endpoints", list));
        return new("endpointslices", $"{Key(index)}-x7k2p", version => Fill(text, ("version", version)));
    }

    /// <summary>The address of a Service: consecutive from 10.96.0.10 on.</summary>
    public static string ClusterIP(int index) => Address(10u << 24 | 96u << 16, 10 + index);

    /// <summary>The n-th address after a base in host byte order.</summary>
    public static string Address(uint start, int n) => new System.Net.IPAddress(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(start + (uint)n)).ToString();

    private static ApiObject NodeOf(string name, int index, string pods4, string address4, string pods6, string address6)
    {
        var text = Fill(NodeText, ("name", name), ("uid", Uid(index)), ("pods4", pods4), ("pods6", pods6), ("address4", address4), ("address6", address6));
        return new("nodes", name, version => Fill(text, ("version", version)));
    }

    private static string Key(int index) => $"ns-{index % 100}/svc-{index}";

    private static string Uid(int n) => $"{(uint)n * 2654435761u:x8}-7f0e-4c55-9d30-{n:x12}";

    private static string Fill(string template, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var text = new StringBuilder(template);
        foreach (var (name, value) in values)
        {
            text.Replace("%" + name, value.ToString());
        }
        return text.ToString();
    }
}
