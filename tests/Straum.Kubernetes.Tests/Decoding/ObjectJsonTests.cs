using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

public sealed class ObjectJsonTests
{
    private const string ServiceText = """
        {"apiVersion":"v1","kind":"Service",
         "metadata":{"name":"web","namespace":"shop","uid":"u-1","resourceVersion":"17","creationTimestamp":"2026-01-02T03:04:05Z",
           "managedFields":[{"manager":"kubectl","fieldsV1":{"f:spec":{"f:ports":{}}}}],
           "labels":{"tier":"front","app":"web"},
           "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"a\":1}","straum.io/note":"kept"}},
         "spec":{"type":"LoadBalancer","clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7","fd96::7"],
           "ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"PreferDualStack","selector":{"app":"web"},
           "ports":[{"name":"http","port":80,"targetPort":"web","nodePort":30080,"protocol":"TCP","appProtocol":"http"},
                    {"name":"dns","port":53,"targetPort":5353,"protocol":"UDP"}],
           "externalIPs":["192.0.2.9"],"loadBalancerClass":"straum.io/l2","loadBalancerSourceRanges":[" 198.51.100.77/24"],
           "sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":60}},
           "internalTrafficPolicy":"Local","externalTrafficPolicy":"Local","healthCheckNodePort":31000,
           "publishNotReadyAddresses":true,"trafficDistribution":"PreferSameZone"},
         "status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.1"},{"ip":"203.0.113.2","ipMode":"Proxy"},{"hostname":"lb.example"}]},
           "conditions":[{"type":"LoadBalancerPortsError","status":"True","message":"someone else's"},
             {"type":"straum.io/Programmed","status":"False","reason":"NoRoom","message":"n1: the table is full","lastTransitionTime":"2026-01-02T03:04:05Z"}]}}
        """;

    [Fact]
    public void Service_EveryFieldWeRead_IsDecoded()
    {
        var service = Decode(Kinds.Services, ServiceText);
        service.Key.ShouldBe(new NamespacedName("shop", "web"));
        service.Meta.CreatedAt.ShouldBe(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        service.Labels.ToString().ShouldBe("app=web,tier=front");
        service.Annotations.ToString().ShouldBe("straum.io/note=kept");
        service.Type.ShouldBe(ServiceType.LoadBalancer);
        service.ClusterIPs.ShouldBe([IPAddress.Parse("10.96.0.7"), IPAddress.Parse("fd96::7")]);
        service.IPFamilies.ShouldBe([AddressFamily.InterNetwork, AddressFamily.InterNetworkV6]);
        service.Ports.ShouldBe([
            new ServicePort { Name = "http", Port = 80, TargetPort = "web", NodePort = 30080, AppProtocol = "http" },
            new ServicePort { Name = "dns", Port = 53, TargetPort = "5353", Protocol = Protocol.Udp },
        ]);
        service.ExternalIPs.ShouldBe([IPAddress.Parse("192.0.2.9")]);
        service.LoadBalancerSourceRanges.ShouldBe([IPNetwork.Parse("198.51.100.0/24")]);
        service.SessionAffinity.ShouldBe(SessionAffinity.ClientIP);
        service.AffinityTimeout.ShouldBe(TimeSpan.FromSeconds(60));
        service.InternalTrafficPolicy.ShouldBe(TrafficPolicy.Local);
        service.ExternalTrafficPolicy.ShouldBe(TrafficPolicy.Local);
        service.HealthCheckNodePort.ShouldBe((ushort)31000);
        service.PublishNotReadyAddresses.ShouldBeTrue();
        service.TrafficDistribution.ShouldBe("PreferSameZone");
        service.HasSelector.ShouldBeTrue();
        service.LoadBalancerIngress.Select(i => (i.Address?.ToString(), i.Hostname, i.IsVip)).ShouldBe([
            ("203.0.113.1", "", true), ("203.0.113.2", "", false), (null, "lb.example", true)]);
        service.Conditions.ShouldBe([new Condition { Type = "straum.io/Programmed", Status = "False", Message = "n1: the table is full" }]);
    }

    [Fact]
    public void Service_WithOnlyRequiredFields_HasTheApisDefaults()
    {
        var service = Decode(Kinds.Services, """{"metadata":{"name":"a"},"spec":{"clusterIP":"None","selector":{},"ports":null},"status":null}""");
        service.Headless.ShouldBeTrue();
        service.ClusterIPs.IsEmpty.ShouldBeTrue();
        service.HasSelector.ShouldBeFalse();
        service.AffinityTimeout.ShouldBe(TimeSpan.FromHours(3));
        service.ProxyName.ShouldBeNull();
    }

    [Fact]
    public void EndpointSlice_AbsentAndNullConditions_AreResolved()
    {
        var slice = Decode(Kinds.EndpointSlices, """
            {"metadata":{"name":"web-1","namespace":"shop","labels":{"kubernetes.io/service-name":"web"}},
             "endpoints":[
               {"addresses":["10.244.1.2"]},
               {"addresses":["10.244.1.3"],"conditions":{"ready":null,"serving":null,"terminating":null}},
               {"addresses":["10.244.1.4"],"conditions":{"ready":false,"serving":true,"terminating":true},
                "nodeName":"n1","zone":"z1","hints":{"forZones":[{"name":"z1"},{"name":"z2"}],"forNodes":[{"name":"n1"}]},
                "targetRef":{"kind":"Pod","namespace":"shop","name":"web-abc","uid":"x"}}],
             "ports":[{"name":"http","port":8080,"protocol":"TCP"},{"port":null}],"addressType":"IPv4"}
            """);
        slice.ServiceKey.ShouldBe(new NamespacedName("shop", "web"));
        slice.Endpoints.Select(e => (e.Ready, e.Serving, e.Terminating)).ShouldBe([
            (true, true, false), (true, true, false), (false, true, true)]);
        slice.Endpoints[2].ZoneHints.ShouldBe(["z1", "z2"]);
        slice.Endpoints[2].NodeHints.ShouldBe(["n1"]);
        slice.Endpoints[2].Target.ShouldBe(new ObjectReference("Pod", "shop", "web-abc"));
        slice.Ports.ShouldBe([new EndpointPort { Name = "http", Port = 8080 }, new EndpointPort()]);
    }

    [Fact]
    public void EndpointSlice_OfNames_DecodesWithoutAddresses()
    {
        var slice = Decode(Kinds.EndpointSlices, """{"metadata":{"name":"x"},"endpoints":[{"addresses":["db.example"]}],"addressType":"FQDN"}""");
        slice.AddressType.ShouldBe(AddressType.Fqdn);
        slice.Endpoints[0].Addresses.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Node_AddressesAndPrefixes_AreParsedAndNamesDropped()
    {
        var node = Decode(Kinds.Nodes, """
            {"metadata":{"name":"n1","labels":{"topology.kubernetes.io/zone":"z1"}},
             "spec":{"podCIDR":"10.244.1.0/24","podCIDRs":["10.244.1.0/24","fd44:0:0:1::/64"],"unschedulable":true},
             "status":{"conditions":[{"type":"MemoryPressure","status":"True"},{"type":"Ready","status":"True"}],
               "addresses":[{"type":"Hostname","address":"n1"},{"type":"InternalIP","address":"172.30.0.11"},
                            {"type":"InternalIP","address":"fd30::11"},{"type":"ExternalIP","address":"not.an.address"}]}}
            """);
        node.PodCidrs.ShouldBe([IPNetwork.Parse("10.244.1.0/24"), IPNetwork.Parse("fd44:0:0:1::/64")]);
        node.Ready.ShouldBeTrue();
        node.Unschedulable.ShouldBeTrue();
        node.Zone.ShouldBe("z1");
        node.Addresses.Length.ShouldBe(2);
        node.InternalAddress(AddressFamily.InterNetworkV6).ShouldBe(IPAddress.Parse("fd30::11"));
        Decode(Kinds.Nodes, """{"metadata":{"name":"n1"},"spec":{"podCIDR":"10.244.1.7/24"}}""")
            .PodCidrs.ShouldBe([IPNetwork.Parse("10.244.1.0/24")]);
    }

    [Fact]
    public void Pod_PortsOfSidecars_CountAndThoseOfInitContainersDoNot()
    {
        var pod = Decode(Kinds.Pods, """
            {"metadata":{"name":"p","namespace":"d","deletionTimestamp":"2026-01-02T03:04:05Z"},
             "spec":{"nodeName":"n1","hostNetwork":true,
               "initContainers":[{"ports":[{"containerPort":1}]},{"restartPolicy":"Always","ports":[{"containerPort":2}]}],
               "containers":[{"name":"c","ports":[{"name":"http","containerPort":80},{"containerPort":53,"protocol":"UDP"}]}]},
             "status":{"phase":"Running","podIP":"10.244.1.2","podIPs":[{"ip":"10.244.1.2"},{"ip":"fd44::2"}],
               "conditions":[{"type":"Ready","status":"False"}]}}
            """);
        pod.Ports.ShouldBe([
            new ContainerPort("", 2, Protocol.Tcp), new ContainerPort("http", 80, Protocol.Tcp), new ContainerPort("", 53, Protocol.Udp)]);
        pod.PodIPs.Select(ip => ip.ToString()).ShouldBe(["10.244.1.2", "fd44::2"]);
        (pod.NodeName, pod.HostNetwork, pod.Phase, pod.Ready, pod.Terminating).ShouldBe(("n1", true, PodPhase.Running, false, true));
    }

    [Fact]
    public void Lease_TimesAndHolder_AreDecoded()
    {
        var lease = Decode(Kinds.Leases, """
            {"metadata":{"name":"l","namespace":"d","resourceVersion":"5"},"spec":{"holderIdentity":"a","leaseDurationSeconds":15,
             "acquireTime":"2026-01-02T03:04:05.000001Z","renewTime":"2026-01-02T03:04:06.000000Z","leaseTransitions":3}}
            """);
        (lease.HolderIdentity, lease.Duration, lease.Transitions).ShouldBe(("a", TimeSpan.FromSeconds(15), 3));
        (lease.RenewTime - lease.AcquireTime).ShouldBe(TimeSpan.FromSeconds(1) - TimeSpan.FromMicroseconds(1));
    }

    [Theory]
    [InlineData("""{"spec":{"ports":[{"port":80},{"port":"x"}]}}""", "spec.ports[1].port: expected a port number, found a string")]
    [InlineData("""{"spec":{"ports":[{"port":70000}]}}""", "spec.ports[0].port: expected a port from 0 to 65535")]
    [InlineData("""{"spec":{"clusterIPs":["10.96.0.1","10.1"]}}""", "spec.clusterIPs[1]: expected an IP address")]
    [InlineData("""{"metadata":{"labels":{"a":7}}}""", "metadata.labels.a: expected a string, found a number")]
    [InlineData("""{"spec":[]}""", "spec: expected an object, found a list")]
    [InlineData("""{"spec":{"externalTrafficPolicy":"Nearest"}}""", "spec.externalTrafficPolicy: expected Cluster or Local")]
    [InlineData("""[1]""", "expected an object, found a list")]
    [InlineData("""{"spec":{""", "no valid JSON at byte")]
    public void Service_WithAWrongValue_NamesTheField(string json, string message) =>
        Should.Throw<ObjectDecodeException>(() => Decode(Kinds.Services, json)).Message.ShouldStartWith(message);

    [Fact]
    public void Objects_CutIntoSegmentsAnywhere_DecodeAlike()
    {
        var bytes = Encoding.UTF8.GetBytes(ServiceText);
        var whole = Decode(Kinds.Services, ServiceText);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            ObjectJson.Decode(Kinds.Services, Segments(bytes, cut)).ShouldBe(whole);
        }
    }

    [Fact]
    public void Equality_OfObjectsThatDifferInVersionOnly_Holds()
    {
        var one = Decode(Kinds.Services, ServiceText);
        var other = Decode(Kinds.Services, ServiceText.Replace("\"17\"", "\"18\""));
        other.Meta.ResourceVersion.ShouldBe("18");
        other.ShouldBe(one);
        Decode(Kinds.Services, ServiceText.Replace("5353", "5354")).ShouldNotBe(one);
    }

    [Fact]
    public void SharedValues_OfTwoObjects_AreOneString()
    {
        // Tests that run beside this one share the pool, and may take a slot between two looks at it.
        Enumerable.Range(0, 100).Any(_ =>
        {
            var one = Decode(Kinds.Services, ServiceText);
            var other = Decode(Kinds.Services, ServiceText);
            return ReferenceEquals(other.Namespace, one.Namespace) && ReferenceEquals(other.Ports[0].Name, one.Ports[0].Name);
        }).ShouldBeTrue();
    }

    private static T Decode<T>(ResourceKind<T> kind, string json)
        where T : KubernetesObject => ObjectJson.Decode(kind, Encoding.UTF8.GetBytes(json));

    private static ReadOnlySequence<byte> Segments(byte[] bytes, int cut)
    {
        var first = new Segment(bytes.AsMemory(0, cut), 0);
        var last = first.Append(bytes.AsMemory(cut));
        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
