using Straum.Agent.Configuration.Yaml;
using static Straum.Agent.Configuration.Import.ImportAnswer;

namespace Straum.Agent.Configuration.Import;

internal static partial class CiliumKeys
{
    /// <summary>Whether Cilium serves all Services: then it has NodePorts, external addresses, hostPorts and affinity switched on.</summary>
    public static bool ReplacesKubeProxy(Func<string, ConfigNode?> find) => find("kubeProxyReplacement") is ConfigScalar { Text: "true" or "strict" };

    private static void AddServices(KeyTable keys)
    {
        keys.Add("kubeProxyReplacement", static v => v.Text switch
        {
            "true" => Always("Straum always serves Services without kube-proxy"),
            "strict" => Changed("the word was retired with Cilium 1.14; Straum always serves Services without kube-proxy"),
            "false" or "partial" or "probe" or "disabled" => Changed("Straum always serves Services; it cannot leave them to kube-proxy"),
            _ when v.Shown is "" => Always("nothing is written here"),
            _ => Misspelt(v, "true", "false", "strict", "partial", "probe", "disabled"),
        });
        keys.AddFeature("kubeProxyReplacementHealthzBindAddr", "the health check port for load balancers is not served yet");
        keys.Add("k8sServiceHost", static v => v.Text is "auto"
            ? Refused("the address is not looked up; write the one that nodes reach the API server by")
            : As("kubernetes.serviceHost"));
        keys.Add("k8sServicePort", static v => v.Shown is "" ? Always("nothing is written here") : As("kubernetes.servicePort"));
        keys.Add("loadBalancer.mode", static v => v.Text switch
        {
            "snat" => Always("answers go back through the node that took the request"),
            "dsr" or "hybrid" => NotServed("direct server return is not here yet; answers go back through the node that took the request"),
            _ => Misspelt(v, "snat", "dsr", "hybrid"),
        });
        keys.Add("loadBalancer.algorithm", static v => v.Text switch
        {
            "random" => Always("endpoints are chosen at random"),
            "maglev" => NotServed("endpoints are chosen at random; consistent hashing is not here yet"),
            _ => Misspelt(v, "random", "maglev"),
        });
        keys.Add("loadBalancer.acceleration", static v => v.Text switch
        {
            "disabled" => Always("off here too"),
            "native" or "best-effort" or "testing-only" => NotServed("XDP is not used yet; Services are served at the socket and at tc"),
            _ => Misspelt(v, "disabled", "native", "best-effort", "testing-only"),
        });
        keys.Add("loadBalancer.serviceTopology", static v => v.IsOff
            ? Changed("the hints of EndpointSlices are followed where every ready endpoint has them")
            : Always("the hints of EndpointSlices are followed"));
        keys.Add("enableK8sTerminatingEndpoint", static v => v.IsOff
            ? Changed("endpoints that terminate and still serve stand in while none is ready")
            : Always("endpoints that terminate and still serve stand in while none is ready"));
        keys.Add("serviceNoBackendResponse", static v => v.Text switch
        {
            "reject" => Always("the sender is told that a Service has no endpoints"),
            "drop" => Changed("the sender is told that a Service has no endpoints"),
            _ => Misspelt(v, "reject", "drop"),
        });
        keys.AddFeature("svcSourceRangeCheck", OnlyClusterIP);
        keys.Add("loadBalancer.dsrDispatch", static v => v.Text is "opt" or "ipip" or "geneve"
            ? NotServed("direct server return is not here yet")
            : Misspelt(v, "opt", "ipip", "geneve"));
        keys.AddFeature("loadBalancer.l7.backend", NoL7);
        keys.Add("loadBalancer.l7.*", NotServed(NoL7));
        keys.AddFeature("loadBalancer.standalone", "Services come from the API server only");
        keys.Add("maglev.*", NotServed("endpoints are chosen at random; consistent hashing is not here yet"));
        keys.Add("sessionAffinity", static v => OfReplacement(v, "sessionAffinity is not honoured yet"));
        foreach (var path in (string[])["nodePort.enabled", "externalIPs.enabled", "hostPort.enabled"])
        {
            keys.Add(path, static v => OfReplacement(v, OnlyClusterIP));
        }
        keys.Add("nodePort.range", NotServed(NoNodePorts));
        keys.Add("nodePort.autoProtectPortRange", static v => v.IsOff
            ? Always("off here too")
            : Changed($"{NoNodePorts}, and their range is not reserved; `straum tune plan --profile full` does that"));
        keys.Add("nodePort.*", NotServed(NoNodePorts));
        keys.Add("socketLB.enabled", SocketLB);
        keys.AddFeature("socketLB.hostNamespaceOnly", "sockets are translated for a control group and all below it: name it in socketLB.cgroup");
        keys.AddFeature("socketLB.terminatePodConnections", "a connected UDP socket stays with its endpoint when that goes away");
        keys.AddFeature("socketLB.tracing", NoFlows);
        keys.Add("hostServices.enabled", SocketLB);
        keys.Add("hostServices.protocols", static v => v.AsList().Items is [ConfigScalar { Text: "tcp" or "udp" }, ConfigScalar { Text: "tcp" or "udp" }]
            ? Always("both are translated at the socket")
            : NotServed("all protocols are translated at the socket, or none"));
        keys.Add("enableXTSocketFallback", Always(NoRules));
        keys.AddFeature("localRedirectPolicy", "redirection to pods of the own node is not here yet");
        keys.AddFeature("localRedirectPolicies.enabled", "redirection to pods of the own node is not here yet");
        keys.Add("localRedirectPolicies.*", NotServed("redirection to pods of the own node is not here yet"));
        keys.Add("cgroup.hostRoot", Changed("Straum mounts no cgroup2 of its own; it takes the one that the node has"));
        keys.Add("cgroup.autoMount.*", Changed("Straum mounts no cgroup2 of its own; it takes the one that the node has"));

        static ImportAnswer SocketLB(ImportValue value) => value.IsOff && ReplacesKubeProxy(value.Find)
            ? Changed("kubeProxyReplacement had switched it on all the same; socketLB.enabled: false does switch it off")
            : As("socketLB.enabled");

        static ImportAnswer OfReplacement(ImportValue value, string why) => value.IsOff && !ReplacesKubeProxy(value.Find)
            ? Always("off here too")
            : NotServed(value.IsOff ? why + "; kubeProxyReplacement had switched it on all the same" : why);
    }
}
