using System.Text.Json.Nodes;
using static Straum.Lab.ApiServer.ApiClient;

namespace Straum.Lab.ApiServer.Http;

public sealed class ObjectRequestTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private ApiClient Client => server.Client;

    [Fact]
    public async Task Object_ThroughItsLife_IsCreatedReadReplacedAndDeleted()
    {
        var created = (await Client.PostAsync(ConfigMapsPath, "{metadata: {name: life}, data: {a: b}}")).Expect(201);
        (created.Text("kind"), created.Text("apiVersion")).ShouldBe(("ConfigMap", "v1"));
        var read = (await Client.GetAsync(ConfigMapsPath + "/life")).Expect(200);
        JsonNode.DeepEquals(read, created).ShouldBeTrue();
        read.Object("data")!["a"] = "c";
        (await Client.PutAsync(ConfigMapsPath + "/life", read)).Expect(200).Text("data", "a").ShouldBe("c");
        (await Client.PutAsync(ConfigMapsPath + "/life", read)).Expect(409).Text("reason").ShouldBe("Conflict");
        var deleted = (await Client.DeleteAsync(ConfigMapsPath + "/life")).Expect(200);
        (deleted.Text("status"), deleted.Text("details", "uid"), deleted.Text("details", "kind"))
            .ShouldBe(("Success", created.Text("metadata", "uid"), "configmaps"));
        (await Client.GetAsync(ConfigMapsPath + "/life")).Expect(404);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("kube-system")]
    [InlineData("kube-public")]
    [InlineData("kube-node-lease")]
    public async Task Namespace_ThatEveryClusterHas_MayNotBeDeleted(string name)
    {
        var refusal = await Client.DeleteAsync("/api/v1/namespaces/" + name);
        refusal.Expect(403).Text("reason").ShouldBe("Forbidden");
        refusal.Message.ShouldBe($"namespaces \"{name}\" is forbidden: this namespace may not be deleted");
        (await Client.GetAsync("/api/v1/namespaces/" + name)).Expect(200).Text("metadata", "deletionTimestamp").ShouldBeNull();
    }

    [Fact]
    public async Task Refusal_OfAnyKind_IsAStatusWithReasonCodeAndDetails()
    {
        var status = (await Client.GetAsync(ServicesPath + "/none")).Expect(404);
        JsonNode.DeepEquals(status, JsonNode.Parse("""
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"services \"none\" not found",
             "reason":"NotFound","details":{"name":"none","kind":"services"},"code":404}
            """)).ShouldBeTrue(status.ToJsonString());
        (await Client.GetAsync(DeploymentsPath + "/none")).Message.ShouldBe("deployments.apps \"none\" not found");
        var invalid = (await Client.PostAsync(ServicesPath, "{metadata: {name: bad}, spec: {ports: [{port: 0}]}}")).Expect(422);
        (invalid.Text("reason"), invalid.Objects("details", "causes").First().Text("field")).ShouldBe(("Invalid", "spec.ports[0].port"));
    }

    [Theory]
    [InlineData("GET", "/api/v1/nonsense", 404)]
    [InlineData("GET", "/apis/nonsense/v1/x", 404)]
    [InlineData("GET", "/nonsense", 404)]
    [InlineData("GET", "/api/v1/pods/x", 404)]
    [InlineData("GET", "/api/v1/namespaces/default/nodes/x", 404)]
    [InlineData("POST", "/api/v1/pods", 405)]
    [InlineData("PUT", "/api/v1/namespaces/default/pods", 405)]
    [InlineData("GET", "/api/v1/namespaces/default/configmaps/x/status", 404)]
    public async Task Path_ThatIsNotServed_IsRefused(string method, string path, int code) =>
        (await Client.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}")).Code.ShouldBe(code);

    [Theory]
    [InlineData("{apiVersion: v2, kind: ConfigMap, metadata: {name: x}}", "the API version in the data (v2) does not match the expected API version (v1)")]
    [InlineData("{kind: Pod, metadata: {name: x}}", "Pod in version \"v1\" cannot be handled as a ConfigMap")]
    [InlineData("{metadata: {name: x, namespace: other}}", "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("{metadata: {name: x}, binaryData: {a: \"ab#d\"}}", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: illegal base64 data at input byte 2")]
    public async Task Body_ThatDoesNotFitThePath_IsABadRequest(string yaml, string expected) =>
        (await Client.PostAsync(ConfigMapsPath, yaml)).Expect(400).Text("message")!.ShouldContain(expected);

    [Theory]
    [InlineData("application/json", "not json", 400)]
    [InlineData("application/json", "[]", 400)]
    [InlineData("application/json", "", 400)]
    [InlineData("application/yaml", "a: [", 400)]
    [InlineData("application/vnd.kubernetes.protobuf", "nonsense", 400)]
    [InlineData("text/html", "{}", 415)]
    public async Task Body_ThatCannotBeRead_IsRefused(string type, string body, int code) =>
        (await Client.SendAsync(HttpMethod.Post, ConfigMapsPath, body, type)).Code.ShouldBe(code);

    [Fact]
    public async Task Body_InYaml_IsTaken() =>
        (await Client.SendAsync(HttpMethod.Post, ConfigMapsPath, "metadata:\n  name: from-yaml\ndata:\n  a: \"1\"\n", "application/yaml"))
            .Expect(201).Text("data", "a").ShouldBe("1");

    [Fact]
    public async Task Body_TooLarge_IsRefused() =>
        (await Client.SendAsync(HttpMethod.Post, ConfigMapsPath, $"{{\"data\":{{\"a\":\"{new string('x', 4 << 20)}\"}}}}")).Code.ShouldBe(413);

    [Fact]
    public async Task Accept_OfProtobufAlone_IsNotAcceptable()
    {
        (await Client.GetAsync(ConfigMapsPath, "application/vnd.kubernetes.protobuf")).Code.ShouldBe(406);
        (await Client.GetAsync(ConfigMapsPath, "application/vnd.kubernetes.protobuf,application/json")).ContentType.ShouldBe("application/json");
    }

    [Fact]
    public async Task UnknownFields_AreWarnedOfOrRefusedOrIgnored()
    {
        const string Pod = "{metadata: {generateName: f-}, spec: {containers: [{name: a, image: b}], foo: 1}}";
        (await Client.PostAsync(PodsPath + "?fieldValidation=Strict", Pod)).Expect(400).Text("message")
            .ShouldBe("Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.foo\"");
        (await Client.PostAsync(PodsPath, Pod)).Headers.GetValues("Warning").Single().ShouldBe("299 - \"unknown field \\\"spec.foo\\\"\"");
        var ignored = await Client.PostAsync(PodsPath + "?fieldValidation=Ignore", Pod);
        ignored.Headers.Contains("Warning").ShouldBeFalse();
        ignored.Expect(201).Object("spec")!.ContainsKey("foo").ShouldBeFalse();
    }

    [Fact]
    public async Task NetworkPolicy_Written_IsWarnedOf_BecauseNobodyEnforcesIt()
    {
        const string Policies = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
        const string Warning = "299 - \"Straum does not enforce NetworkPolicies yet: what this one forbids stays reachable\"";
        var created = await Client.PostAsync(Policies, "{metadata: {name: p}, spec: {podSelector: {}}}");
        created.Expect(201);
        created.Headers.GetValues("Warning").ShouldBe([Warning]);
        (await Client.PutAsync(Policies + "/p", created.Body)).Headers.GetValues("Warning").ShouldBe([Warning]);
        (await Client.PatchAsync(Policies + "/p", "merge", "{metadata: {labels: {a: b}}}")).Headers.GetValues("Warning").ShouldBe([Warning]);
        (await Client.PatchAsync(Policies + "/q?fieldManager=me", "apply", "spec: {podSelector: {}}")).Headers.GetValues("Warning").ShouldBe([Warning]);
        (await Client.GetAsync(Policies + "/p")).Headers.Contains("Warning").ShouldBeFalse();
        (await Client.PostAsync(Policies, "{metadata: {name: r}, spec: {policyTypes: [Sideways]}}")).Headers.Contains("Warning").ShouldBeFalse();
    }

    [Fact]
    public async Task Volumes_ThatNoPodOfTheLabGets_AreWarnedOfByTheirField()
    {
        const string Spec = "{containers: [{name: a, image: b, volumeMounts: [{name: dev, mountPath: /dev}, {name: moved, mountPath: /host}]}], " +
            "volumes: [{name: cm, configMap: {name: c}}, {name: dev, hostPath: {path: /dev}}, {name: moved, hostPath: {path: /}}, " +
            "{name: made, hostPath: {path: /x, type: DirectoryOrCreate}}, {name: e, emptyDir: {}}]}";
        string[] Expected(string path) =>
        [
            .. new[] { "volumes[0].configMap", "volumes[2].hostPath", "volumes[3].hostPath", "volumes[4].emptyDir" }
                .Select(field => $"299 - \"{path}.{field}: the lab's pods get no volumes, they see the host's file system as it is\""),
        ];

        var pod = await Client.PostAsync(PodsPath, $"{{metadata: {{name: volumes}}, spec: {Spec}}}");
        pod.Expect(201).Array("spec", "volumes")!.Count.ShouldBe(5);
        pod.Headers.GetValues("Warning").ShouldBe(Expected("spec"));
        var workload = $"{{metadata: {{name: volumes}}, spec: {{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {Spec}}}}}}}";
        (await Client.PostAsync(DeploymentsPath, workload)).Headers.GetValues("Warning").ShouldBe(Expected("spec.template.spec"));
        var status = await Client.PatchAsync(DeploymentsPath + "/volumes/status", "merge", "{status: {replicas: 1}}");
        status.Expect(200);
        status.Headers.Contains("Warning").ShouldBeFalse();
        // No pods are made of it, and where a real cluster makes them they have their volumes.
        var stored = await Client.PostAsync("/apis/apps/v1/namespaces/default/daemonsets", workload);
        stored.Expect(201);
        stored.Headers.Contains("Warning").ShouldBeFalse();
    }

    [Fact]
    public async Task Patch_OfEachKind_ChangesTheObject()
    {
        (await Client.PostAsync(ServicesPath, "{metadata: {name: patched}, spec: {ports: [{name: a, port: 80}]}}")).Expect(201);
        const string Path = ServicesPath + "/patched";
        (await Client.PatchAsync(Path, "strategic-merge", "{spec: {ports: [{name: b, port: 81}]}}")).Expect(200).Array("spec", "ports")!.Count.ShouldBe(2);
        (await Client.PatchAsync(Path, "merge", "{metadata: {labels: {x: \"y\"}}}")).Expect(200).Text("metadata", "labels", "x").ShouldBe("y");
        (await Client.PatchAsync(Path, "json", "[{op: remove, path: /spec/ports/0}]")).Expect(200).Objects("spec", "ports").Single().Text("name").ShouldBe("b");
        (await Client.PatchAsync(Path, "json", "[{op: test, path: /spec/type, value: NodePort}]")).Expect(422);
        (await Client.PatchAsync(Path + "?fieldManager=me", "apply", "metadata: {labels: {z: w}}\nspec: {ports: [{name: c, port: 82}]}")).Expect(200)
            .Array("spec", "ports")!.Count.ShouldBe(2);
        (await Client.PatchAsync(Path, "apply", "metadata: {labels: {z: w}}")).Expect(400);
        (await Client.PatchAsync(Path, "merge", "{metadata: {resourceVersion: \"1\"}}")).Expect(409);
        (await Client.PatchAsync(Path, "shout", "{}")).Code.ShouldBe(415);
        (await Client.PatchAsync(ServicesPath + "/none", "merge", "{}")).Expect(404);
    }

    [Fact]
    public async Task Apply_OfWhatIsNotThere_CreatesIt() =>
        (await Client.PatchAsync(ConfigMapsPath + "/applied?fieldManager=me", "apply", "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}")).Expect(201)
            .Text("metadata", "name").ShouldBe("applied");

    [Fact]
    public async Task Scale_ReadAndWritten_ChangesTheReplicas()
    {
        (await Client.PostAsync(DeploymentsPath, "{metadata: {name: scaled}, spec: {replicas: 2, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}")).Expect(201);
        var scale = (await Client.GetAsync(DeploymentsPath + "/scaled/scale")).Expect(200);
        (scale.Text("kind"), scale.Number("spec", "replicas"), scale.Text("status", "selector")).ShouldBe(("Scale", 2, "a=b"));
        scale.Object("spec")!["replicas"] = 5;
        (await Client.PutAsync(DeploymentsPath + "/scaled/scale", scale)).Expect(200);
        (await Client.PutAsync(DeploymentsPath + "/scaled/scale", scale)).Expect(409);
        (await Client.PatchAsync(DeploymentsPath + "/scaled/scale", "merge", "{spec: {replicas: 1}}")).Expect(200);
        var deployment = (await Client.GetAsync(DeploymentsPath + "/scaled")).Expect(200);
        (deployment.Number("spec", "replicas"), deployment.Number("metadata", "generation")).ShouldBe((1, 3));
        (await Client.PatchAsync(DeploymentsPath + "/scaled/scale", "merge", "{spec: {replicas: -1}}")).Expect(422);
    }

    [Fact]
    public async Task Binding_OfAPod_GivesItItsNodeOnce()
    {
        (await Client.PostAsync(PodsPath, "{metadata: {name: bound}, spec: {containers: [{name: a, image: b}]}}")).Expect(201);
        (await Client.PostAsync(PodsPath + "/bound/binding", "{target: {name: n1}}")).Expect(201);
        (await Client.PostAsync(PodsPath + "/bound/binding", "{target: {name: n2}}")).Expect(409);
        var pod = (await Client.GetAsync(PodsPath + "/bound")).Expect(200);
        (pod.Text("spec", "nodeName"), pod.Objects("status", "conditions").Single().Text("type")).ShouldBe(("n1", "PodScheduled"));
    }

    [Fact]
    public async Task Delete_OfARunningPod_AnswersWithThePodAndALaterOneWithStatus()
    {
        (await Client.PostAsync(PodsPath, "{metadata: {name: graceful}, spec: {nodeName: n1, terminationGracePeriodSeconds: 7, containers: [{name: a, image: b}]}}")).Expect(201);
        var marked = (await Client.DeleteAsync(PodsPath + "/graceful")).Expect(200);
        (marked.Text("kind"), marked.Number("metadata", "deletionGracePeriodSeconds")).ShouldBe(("Pod", 7));
        (await Client.DeleteAsync(PodsPath + "/graceful", "{gracePeriodSeconds: 0, preconditions: {uid: other}}")).Expect(409);
        (await Client.DeleteAsync(PodsPath + "/graceful?gracePeriodSeconds=0")).Expect(200).Text("kind").ShouldBe("Status");
    }

    [Fact]
    public async Task DeleteCollection_WithASelector_DeletesThoseAlone()
    {
        foreach (var name in (string[])["dc-a", "dc-b", "dc-c"])
        {
            (await Client.PostAsync(ConfigMapsPath, $"{{metadata: {{name: {name}, labels: {{dc: {(name == "dc-c" ? "keep" : "go")}}}}}}}")).Expect(201);
        }
        (await Client.DeleteAsync(ConfigMapsPath + "?labelSelector=dc%3Dgo")).Expect(200).Array("items")!.Count.ShouldBe(2);
        (await Client.GetAsync(ConfigMapsPath + "?labelSelector=dc")).Expect(200).Objects("items").Single().Text("metadata", "name").ShouldBe("dc-c");
    }

    [Fact]
    public async Task Events_OfBothGroups_AreOneKind()
    {
        (await Client.PostAsync("/apis/events.k8s.io/v1/namespaces/default/events",
            "{metadata: {name: e}, eventTime: \"2026-01-01T00:00:00.000000Z\", reason: R, note: hello, type: Normal, action: A, reportingController: c, reportingInstance: i, regarding: {kind: Pod, name: p, namespace: default}}"))
            .Expect(201).Text("note").ShouldBe("hello");
        var core = (await Client.GetAsync("/api/v1/namespaces/default/events/e")).Expect(200);
        (core.Text("message"), core.Text("involvedObject", "name"), core.Text("apiVersion")).ShouldBe(("hello", "p", "v1"));
        (await Client.GetAsync("/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dp")).Expect(200).Array("items")!.Count.ShouldBe(1);
        (await Client.GetAsync("/apis/events.k8s.io/v1/namespaces/default/events?fieldSelector=regarding.name%3Dq")).Expect(200).Array("items")!.Count.ShouldBe(0);
        var served = (await Client.GetAsync("/apis/events.k8s.io/v1/namespaces/default/events/e")).Expect(200);
        (served.Text("apiVersion"), served.Text("note"), served.ContainsKey("message")).ShouldBe(("events.k8s.io/v1", "hello", false));
    }

    [Fact]
    public async Task AccessReview_OfAnything_IsAllowed() =>
        (await Client.PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{spec: {resourceAttributes: {verb: create, resource: pods}}}"))
            .Expect(201).Flag("status", "allowed").ShouldBeTrue();

    [Fact]
    public async Task DryRun_OfACreate_StoresNothing()
    {
        (await Client.PostAsync(ConfigMapsPath + "?dryRun=All", "{metadata: {name: dry}}")).Expect(201);
        (await Client.GetAsync(ConfigMapsPath + "/dry")).Expect(404);
    }
}
