using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Straum.Lab.ApiServer.Storage;
using Straum.Lab.Controllers;

namespace Straum.Lab.ApiServer.Kubectl;

/// <summary>What a user does with the real kubectl. Nodes are played by patching status.</summary>
public sealed partial class KubectlTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private const string Application = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - {name: web, image: "echo:1", ports: [{name: http, containerPort: 8080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}], ipFamilyPolicy: PreferDualStack}
        """;

    private const string Nodes = """
        apiVersion: v1
        kind: List
        items:
        - {apiVersion: v1, kind: Node, metadata: {name: n1}, status: {conditions: [{type: Ready, status: "True"}], addresses: [{type: InternalIP, address: 172.30.0.11}]}}
        - {apiVersion: v1, kind: Node, metadata: {name: n2}, status: {conditions: [{type: Ready, status: "True"}]}}
        """;

    private Kubectl Kubectl => new(cluster.Kubeconfig);

    [Fact]
    public async Task Application_FromApplyToDelete_BehavesAsOnARealCluster()
    {
        var ns = await NamespaceAsync("app");
        await Kubectl.RunAsync("apply -f -", Nodes);
        (await Kubectl.RunAsync($"{ns} apply -f -", Application)).ShouldBe("deployment.apps/web created\nservice/web created\n");
        (await Kubectl.RunAsync($"{ns} apply -f -", Application)).ShouldBe("deployment.apps/web unchanged\nservice/web unchanged\n");
        (await Kubectl.RunAsync($"{ns} diff -f -", Application)).ShouldBe("");
        (await Kubectl.RunAsync($"{ns} apply -f -", Application.Replace("port: 80,", "port: 81,", StringComparison.Ordinal))).ShouldContain("service/web configured");

        await PlayNodesAsync("app", 2);
        (await Kubectl.RunAsync($"{ns} rollout status deployment web --timeout 20s")).ShouldContain("successfully rolled out");
        var pods = await Kubectl.RunAsync($"{ns} get pods -o wide");
        PodLine().Count(pods).ShouldBe(2, pods);
        (await Kubectl.RunAsync($"{ns} get svc web")).ShouldMatch(@"^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nweb +ClusterIP +10\.96\.\d+\.\d+ +<none> +81/TCP +\d+s\n$");
        (await Kubectl.RunAsync($"{ns} get endpointslices")).ShouldMatch(@"web-\w+ +IPv4 +8080 +10\.244\.0\.\d+,10\.244\.0\.\d+ ");
        (await Kubectl.RunAsync($"{ns} describe svc web")).ShouldMatch(@"Endpoints: +10\.244\.0\.\d+:8080,10\.244\.0\.\d+:8080");

        (await Kubectl.RunAsync($"{ns} scale deployment web --replicas 1")).ShouldBe("deployment.apps/web scaled\n");
        await PlayNodesAsync("app", 1);
        (await Kubectl.RunAsync($"{ns} set image deployment/web web=echo:2")).ShouldBe("deployment.apps/web image updated\n");
        await PlayNodesAsync("app", 1, image: "echo:2");
        (await Kubectl.RunAsync($"{ns} rollout status deployment web --timeout 20s")).ShouldContain("successfully rolled out");
        (await Kubectl.RunAsync($"{ns} rollout history deployment web")).ShouldContain("2         <none>");
        (await Kubectl.RunAsync($"{ns} rollout undo deployment web")).ShouldBe("deployment.apps/web rolled back\n");
        await PlayNodesAsync("app", 1, image: "echo:1");

        (await Kubectl.RunAsync($"{ns} delete -f -", Application)).ShouldBe("deployment.apps \"web\" deleted\nservice \"web\" deleted\n");
        await PlayNodesAsync("app", 0);
        (await Kubectl.RunAsync($"{ns} get deploy,rs,pods,svc,endpointslices")).ShouldBe("");
        (await Kubectl.RunAsync("delete namespace app --timeout 30s")).ShouldContain("deleted");
    }

    [Fact]
    public async Task Watch_OfPods_PrintsEveryChangeAsALine()
    {
        var ns = await NamespaceAsync("watch");
        using var watch = Kubectl.Start($"{ns} get configmaps -w");
        await Kubectl.RunAsync($"{ns} create configmap seen --from-literal a=b");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        (await watch.StandardOutput.ReadLineAsync(patience.Token)).ShouldNotBeNull().ShouldMatch("^NAME +DATA +AGE$");
        (await watch.StandardOutput.ReadLineAsync(patience.Token)).ShouldNotBeNull().ShouldMatch(@"^seen +1 +\d+s$");
        watch.Kill();
        await watch.WaitForExitAsync(patience.Token);
    }

    [Theory]
    [InlineData("get pod none", "Error from server (NotFound): pods \"none\" not found\n")]
    [InlineData("get nonsense", "error: the server doesn't have a resource type \"nonsense\"\n")]
    [InlineData("create service clusterip taken --tcp 80:80 --clusterip 10.96.0.1", "failed to allocate IP 10.96.0.1: provided IP is already allocated")]
    [InlineData("create namespace default", "Error from server (AlreadyExists): namespaces \"default\" already exists\n")]
    [InlineData("logs none", "pods \"none\" not found")]
    public async Task Mistake_OfAUser_IsToldInTheWordsOfTheRealServer(string command, string expected) =>
        (await Kubectl.RefusedAsync(command)).ShouldContain(expected);

    [Fact]
    public async Task Policy_ThatNobodyEnforces_IsTakenWithAWarning() =>
        (await Kubectl.WarnedAsync("apply -f -", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}}"))
            .ShouldBe("Warning: Straum does not enforce NetworkPolicies yet: what this one forbids stays reachable\n");

    [Fact]
    public async Task Manifest_WithAMisspeltField_IsRefused() =>
        (await Kubectl.RefusedAsync("apply -f -", "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 80}], selectr: {a: b}}"))
            .ShouldContain("strict decoding error: unknown field \"spec.selectr\"");

    [Fact]
    public async Task ServerSideApply_NamesTheOtherManager_AndGoesOnFromClientSideApply()
    {
        var ns = await NamespaceAsync("owned");
        (await Kubectl.RunAsync($"{ns} apply -f -", Application)).ShouldContain("deployment.apps/web created");
        var fewer = Application.Replace(", ports: [{name: http, containerPort: 8080}]", "", StringComparison.Ordinal).Replace("targetPort: http", "targetPort: 8080", StringComparison.Ordinal);
        // kubectl hands its own former fields over, so that what the manifest no longer has goes.
        (await Kubectl.RunAsync($"{ns} apply --server-side -f -", fewer)).ShouldBe("deployment.apps/web serverside-applied\nservice/web serverside-applied\n");
        (await Kubectl.RunAsync($"{ns} get deployment web '-o=jsonpath={{.spec.template.spec.containers[0].ports}}'")).ShouldBe("");

        await Kubectl.RunAsync($"{ns} scale deployment web --replicas 5");
        (await Kubectl.RefusedAsync($"{ns} apply --server-side -f -", fewer))
            .ShouldContain("Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1");
        await Kubectl.RunAsync($"{ns} apply --server-side --force-conflicts -f -", fewer);
        (await Kubectl.RunAsync($"{ns} get deployment web '-o=jsonpath={{.spec.replicas}}'")).ShouldBe("2");
        (await Kubectl.RunAsync($"{ns} get deployment web --show-managed-fields '-o=jsonpath={{.metadata.managedFields[*].manager}}'")).ShouldContain("kubectl");
    }

    [Fact]
    public async Task Commands_ThatSendProtobuf_Work()
    {
        var ns = await NamespaceAsync("typed"); // kubectl create namespace itself sends protobuf
        await Kubectl.RunAsync($"{ns} create deployment d --image=x:1 --replicas 2 --port 80");
        await Kubectl.RunAsync($"{ns} create service nodeport d --tcp 80:8080");
        await Kubectl.RunAsync($"{ns} create secret generic s --from-literal a=b");
        await Kubectl.RunAsync($"{ns} create role r --verb get --resource pods");
        (await Kubectl.RunAsync($"{ns} get deployment d '-o=jsonpath={{.spec.replicas}} {{.spec.template.spec.containers[0].ports}}'"))
            .ShouldBe("2 [{\"containerPort\":80,\"protocol\":\"TCP\"}]");
        (await Kubectl.RunAsync($"{ns} get svc d '-o=jsonpath={{.spec.ports[0].targetPort}}'")).ShouldBe("8080");
        (await Kubectl.RunAsync($"{ns} get secret s '-o=jsonpath={{.data.a}}'")).ShouldBe("Yg==");
        (await Kubectl.RunAsync("auth can-i create pods")).ShouldBe("yes\n");
        (await Kubectl.RunAsync("auth whoami")).ShouldContain("straum-admin");
        await Kubectl.RunAsync("apply -f -", Nodes);
        (await Kubectl.RunAsync("cordon n2")).ShouldBe("node/n2 cordoned\n");
        (await Kubectl.RunAsync("get node n2")).ShouldContain("Ready,SchedulingDisabled");
        await Kubectl.RunAsync("uncordon n2");
    }

    [Fact]
    public async Task Objects_OfEveryListedKind_CanBeListedDescribedAndExplained()
    {
        var names = (await Kubectl.RunAsync("api-resources --verbs list -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        names.Length.ShouldBeGreaterThan(25);
        await Kubectl.RunAsync($"get {string.Join(',', names)} -A");
        await Kubectl.RunAsync("describe namespaces,services,endpointslices,serviceaccounts -A");
        foreach (var name in (string[])["pods", "services.spec.ports", "deployments.spec.strategy", "endpointslices.endpoints.conditions", "customresourcedefinitions.spec"])
        {
            (await Kubectl.RunAsync("explain " + name)).ShouldContain("FIELDS:");
        }
    }

    [Fact]
    public async Task CustomKind_Applied_IsServedPrintedAndScaled()
    {
        var ns = await NamespaceAsync("custom");
        await Kubectl.RunAsync("apply -f -", """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: gadgets.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {plural: gadgets, kind: Gadget, shortNames: [gd]}
              versions:
              - name: v1
                served: true
                storage: true
                subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
                additionalPrinterColumns: [{name: Replicas, type: integer, jsonPath: .spec.replicas}]
                schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {replicas: {type: integer, maximum: 9}}}, status: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}
            """);
        await Kubectl.RunAsync("wait --for condition=Established crd/gadgets.example.com --timeout 10s");
        const string Gadget = "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\nspec: {replicas: 1}";
        (await Kubectl.RunAsync($"{ns} apply -f -", Gadget)).ShouldBe("gadget.example.com/g created\n");
        (await Kubectl.RunAsync($"{ns} apply -f -", Gadget.Replace("1}", "2}", StringComparison.Ordinal))).ShouldBe("gadget.example.com/g configured\n");
        await Kubectl.RunAsync($"{ns} scale gd g --replicas 3");
        (await Kubectl.RunAsync($"{ns} get gd")).ShouldMatch(@"^NAME +REPLICAS\ng +3\n$");
        (await Kubectl.RefusedAsync($"{ns} apply -f -", Gadget.Replace("1}", "10}", StringComparison.Ordinal)))
            .ShouldContain("spec.replicas: Invalid value: 10: spec.replicas in body should be less than or equal to 9");
        (await Kubectl.RunAsync($"{ns} apply --server-side --force-conflicts -f -", Gadget.Replace("1}", "4}", StringComparison.Ordinal))).ShouldBe("gadget.example.com/g serverside-applied\n");
        await Kubectl.RunAsync("delete crd gadgets.example.com --timeout 20s");
        (await Kubectl.RefusedAsync($"{ns} get gd")).ShouldContain("could not find the requested resource"); // kubectl still has its discovery cached
    }

    private async Task<string> NamespaceAsync(string name)
    {
        await Kubectl.RunAsync("create namespace " + name);
        return "-n " + name;
    }

    /// <summary>Lets the pods of a namespace run, or end when they are told to, until so many run.</summary>
    private async Task PlayNodesAsync(string ns, int running, string? image = null)
    {
        var path = $"/api/v1/namespaces/{ns}/pods";
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var revision = cluster.Server.Store.EventRevision;
            var pods = cluster.Server.Store.State.List("pods", ns).ToList();
            if (pods.Count == running && pods.All(pod => PodState.IsReady(pod) && pod.Deleting is null
                && (image is null || pod.View.Objects("spec", "containers").Single().Text("image") == image)))
            {
                return;
            }
            foreach (var pod in pods)
            {
                if (pod.Deleting is not null)
                {
                    await cluster.Client.DeleteAsync($"{path}/{pod.Name}?gracePeriodSeconds=0");
                }
                else if (PodState.Node(pod).Length > 0 && !PodState.IsReady(pod))
                {
                    await cluster.Client.PatchAsync($"{path}/{pod.Name}/status", "merge", Running(pod));
                }
            }
            var events = new List<StoreEvent>();
            cluster.Server.Store.AllEvents.TryRead(revision, events, 1, out var changed);
            if (events.Count == 0)
            {
                await changed.WaitAsync(patience.Token);
            }
        }
    }

    private static string Running(StoredObject pod)
    {
        var ip = $"10.244.0.{1 + (pod.Revision % 250)}";
        return $"{{status: {{phase: Running, podIP: {ip}, podIPs: [{{ip: {ip}}}], conditions: [{{type: Ready, status: \"True\"}}], containerStatuses: [{{name: web, ready: true, restartCount: 0, state: {{running: {{}}}}}}]}}}}";
    }

    [GeneratedRegex(@"(?m)^web-\w+-\w{5} +1/1 +Running +0 +\d+s +10\.244\.0\.\d+ +n[12] +<none> +<none>$")]
    private static partial Regex PodLine();
}
