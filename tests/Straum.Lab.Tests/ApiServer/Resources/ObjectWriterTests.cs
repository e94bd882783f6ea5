using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Resources;

public sealed class ObjectWriterTests : IDisposable
{
    private const string ConfigMap = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}";

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Create_Always_SetsWhatOnlyTheServerSets()
    {
        var created = await _store.CreateAsync(
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, uid: mine, resourceVersion: \"9\", generation: 7, deletionTimestamp: \"2020-01-01T00:00:00Z\"}, " +
            "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}, status: {replicas: 9}}");
        var metadata = created.View.Object("metadata")!;
        metadata.Text("uid").ShouldNotBe("mine");
        metadata.Text("resourceVersion").ShouldBe($"{created.Revision}");
        metadata.Number("generation").ShouldBe(1);
        metadata.ContainsKey("deletionTimestamp").ShouldBeFalse();
        metadata.Text("namespace").ShouldBe("default");
        metadata.Time("creationTimestamp")!.Value.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        created.View.Object("status")!.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Create_GenerateName_FindsAFreeName()
    {
        var names = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var created = await _store.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {generateName: c-}}");
            created.Name.ShouldMatch("^c-[a-z0-9]{5}$");
            names.Add(created.Name).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("{apiVersion: v1, kind: ConfigMap, metadata: {}}", "metadata.name: Required value: name or generateName is required")]
    [InlineData("{apiVersion: v1, kind: ConfigMap, metadata: {name: A_b}}", "metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain")]
    [InlineData("{apiVersion: v1, kind: Service, metadata: {name: 1a}, spec: {ports: [{port: 1}]}}", "metadata.name: Invalid value: \"1a\": a DNS-1035 label")]
    [InlineData("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {\"a b\": c}}}", "metadata.labels: Invalid value: \"a b\": name part must consist of")]
    [InlineData("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {a: \"b c\"}}}", "metadata.labels: Invalid value: \"b c\": a valid label must be")]
    [InlineData("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: []}}", "spec.containers: Required value")]
    [InlineData("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: i, volumeMounts: [{name: v, mountPath: /}]}]}}", "spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [InlineData("{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: i}]}}}}", "spec.selector: Required value")]
    [InlineData("{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {matchLabels: {a: c}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: i}]}}}}", "`selector` does not match template `labels`")]
    [InlineData("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {\"a b\": c}}", "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters")]
    [InlineData("{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {\"a/b\": Yg==}}", "data[a/b]: Invalid value: \"a/b\": a valid config key must")]
    [InlineData("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}, policyTypes: [Foo]}}", "spec.policyTypes[0]: Unsupported value: \"Foo\": supported values: \"Egress\", \"Ingress\"")]
    [InlineData("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1/x]}}]}]}}", "spec.egress[0].to[0].ipBlock.except[0]: Invalid value: \"10.1/x\": must be a valid CIDR value")]
    [InlineData("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, addressType: IPv4, endpoints: [{addresses: [1.2.3]}]}", "endpoints[0].addresses[0]: Invalid value: \"1.2.3\": must be a valid IPv4 address")]
    [InlineData("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, addressType: IPv6, endpoints: [{addresses: [192.0.2.1]}]}", "endpoints[0].addresses[0]: Invalid value: \"192.0.2.1\": must be a valid IPv6 address")]
    public async Task Create_WithAMistake_IsInvalidInTheWordsOfTheRealServer(string yaml, string expected)
    {
        var refusal = await Should.ThrowAsync<StatusException>(() => _store.CreateAsync(yaml));
        (refusal.Code, refusal.Reason).ShouldBe((422, "Invalid"));
        refusal.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task Create_StatefulSet_MountsWhatItsClaimsName() => (await _store.CreateAsync(
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {serviceName: a, selector: {matchLabels: {a: b}}, volumeClaimTemplates: [{metadata: {name: v}}], template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: i, volumeMounts: [{name: v, mountPath: /}]}]}}}}")).Name.ShouldBe("a");

    [Fact]
    public async Task Create_InANamespaceThatIsNotThere_IsNotFound()
    {
        var refusal = await Should.ThrowAsync<StatusException>(() => _store.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: nope}}"));
        refusal.ToStatus().ToJsonString().ShouldContain("namespaces \\u0022nope\\u0022 not found");
    }

    [Fact]
    public async Task Create_InANamespaceThatIsGoing_IsForbidden()
    {
        var ns = await _store.CreateAsync("{apiVersion: v1, kind: Namespace, metadata: {name: going}}");
        (await _store.DeleteAsync(ns)).Gone.ShouldBeFalse();
        _store.Find(ns)!.View.Text("status", "phase").ShouldBe("Terminating");
        var refusal = await Should.ThrowAsync<StatusException>(() => _store.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: going}}"));
        refusal.Message.ShouldBe("configmaps \"c\" is forbidden: unable to create new content in namespace going because it is being terminated");
        await _store.UpdateAsync(ns, n => n.Need("spec")["finalizers"] = new JsonArray(), WriteScope.Finalize);
        _store.Find(ns).ShouldBeNull();
    }

    [Fact]
    public async Task Create_Twice_IsAlreadyThere()
    {
        await _store.CreateAsync(ConfigMap);
        (await Should.ThrowAsync<StatusException>(() => _store.CreateAsync(ConfigMap))).Message.ShouldBe("configmaps \"c\" already exists");
    }

    [Fact]
    public async Task Update_FromAnOldVersion_IsAConflict()
    {
        var first = await _store.CreateAsync(ConfigMap);
        await _store.UpdateAsync(first, c => c.Need("data")["a"] = "c");
        var stale = first.Parse();
        var refusal = await Should.ThrowAsync<StatusException>(() =>
            _store.Writer.UpdateAsync(_store.Registry.Get("configmaps"), "default", "c", _ => stale));
        refusal.Code.ShouldBe(409);
        refusal.Message.ShouldBe(
            "Operation cannot be fulfilled on configmaps \"c\": the object has been modified; please apply your changes to the latest version and try again");
    }

    [Fact]
    public async Task Update_OfALeaseWithoutItsVersion_IsRefused()
    {
        await _store.CreateAsync("{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: l}, spec: {holderIdentity: a}}");
        var refusal = await Should.ThrowAsync<StatusException>(() => _store.Writer.UpdateAsync(
            _store.Registry.Get("leases.coordination.k8s.io"), "default", "l", _ => TestStore.Parse("{metadata: {name: l}, spec: {holderIdentity: b}}")));
        refusal.Message.ShouldContain("metadata.resourceVersion: Invalid value: 0x0: must be specified for an update");
    }

    [Fact]
    public async Task Update_OfTheObject_LeavesItsStatusAndTheOtherWayRound()
    {
        var pod = await CreatePodAsync();
        pod = await _store.UpdateAsync(pod, p =>
        {
            p.Need("metadata", "labels")["not"] = "stored";
            p.Need("status")["podIP"] = "10.244.0.5";
        }, WriteScope.Status);
        pod.Labels.ShouldBeEmpty();
        pod = await _store.UpdateAsync(pod, p =>
        {
            p.Need("metadata", "labels")["a"] = "b";
            p.Remove("status");
        });
        (pod.Labels["a"], pod.View.Text("status", "podIP")).ShouldBe(("b", "10.244.0.5"));
    }

    [Fact]
    public async Task Update_OfFixedFieldsOfAPod_IsForbidden()
    {
        var pod = await CreatePodAsync();
        await _store.UpdateAsync(pod, p => p.Objects("spec", "containers").Single()["image"] = "other");
        (await Should.ThrowAsync<StatusException>(() => _store.UpdateAsync(pod, p => p.Objects("spec", "containers").Single()["command"] = new JsonArray("x"))))
            .Message.ShouldContain("spec: Forbidden: pod updates may not change fields other than");
    }

    [Fact]
    public async Task Delete_OfAPodOnANode_WaitsForTheNode()
    {
        var pod = await CreatePodAsync(node: "n1");
        var (marked, gone) = await _store.DeleteAsync(pod);
        gone.ShouldBeFalse();
        marked.View.Number("metadata", "deletionGracePeriodSeconds").ShouldBe(30);
        marked.Deleting!.Value.ShouldBe(DateTimeOffset.UtcNow.AddSeconds(30), TimeSpan.FromSeconds(20));

        (await _store.DeleteAsync(pod, new DeleteOptions(GracePeriod: 60))).Gone.ShouldBeFalse();
        _store.Find(pod)!.View.Number("metadata", "deletionGracePeriodSeconds").ShouldBe(30, "a later request cannot lengthen it");
        (await _store.DeleteAsync(pod, new DeleteOptions(GracePeriod: 5))).Gone.ShouldBeFalse();
        _store.Find(pod)!.View.Number("metadata", "deletionGracePeriodSeconds").ShouldBe(5, "but shorten it");

        (await _store.DeleteAsync(pod, DeleteOptions.Now(pod.Uid))).Gone.ShouldBeTrue();
        _store.Find(pod).ShouldBeNull();
    }

    [Fact]
    public async Task Delete_OfAPodWithoutANode_IsImmediate() => (await _store.DeleteAsync(await CreatePodAsync())).Gone.ShouldBeTrue();

    [Fact]
    public async Task Delete_WithFinalizers_WaitsUntilTheLastIsRemoved()
    {
        var map = await _store.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, finalizers: [example.com/a, example.com/b]}}");
        (await _store.DeleteAsync(map)).Gone.ShouldBeFalse();
        await _store.UpdateAsync(map, c => c.Need("metadata")["finalizers"] = new JsonArray("example.com/b"));
        _store.Find(map).ShouldNotBeNull().Deleting.ShouldNotBeNull();
        await _store.UpdateAsync(map, c => c.Need("metadata")["finalizers"] = new JsonArray());
        _store.Find(map).ShouldBeNull();
    }

    [Fact]
    public async Task Delete_OfAnotherObjectOfThatName_IsAConflict()
    {
        var map = await _store.CreateAsync(ConfigMap);
        (await Should.ThrowAsync<StatusException>(() => _store.DeleteAsync(map, new DeleteOptions(Uid: "other")))).Message.ShouldBe(
            $"Operation cannot be fulfilled on configmaps \"c\": Precondition failed: UID in precondition: other, UID in object meta: {map.Uid}");
        (await Should.ThrowAsync<StatusException>(() => _store.DeleteAsync(map, new DeleteOptions(ResourceVersion: "1")))).Code.ShouldBe(409);
    }

    [Fact]
    public async Task DryRun_OfAnything_ShowsTheResultAndStoresNothing()
    {
        var kind = _store.Registry.Get("services");
        var dry = await _store.Writer.CreateAsync(kind, "default",
            TestStore.Parse("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}"), dryRun: true);
        dry.View.Text("spec", "clusterIP").ShouldNotBeNull();
        _store.List("services").ShouldBeEmpty();

        var map = await _store.CreateAsync(ConfigMap);
        (await _store.DeleteAsync(map, new DeleteOptions(DryRun: true))).Object.Name.ShouldBe("c");
        _store.Find(map).ShouldNotBeNull();
    }

    private Task<StoredObject> CreatePodAsync(string? node = null) => _store.CreateAsync(
        $"{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{{(node is null ? "" : $"nodeName: {node}, ")}containers: [{{name: c, image: i}}]}}}}");
}
