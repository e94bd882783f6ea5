using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Services;

public sealed class ServiceTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Create_Plain_GetsTheDefaultsOfTheRealServer()
    {
        var spec = Spec(await CreateAsync("ports: [{port: 80}]"));
        spec["clusterIPs"]!.ToJsonString().ShouldBe("[\"10.96.1.0\"]");
        spec.Text("clusterIP").ShouldBe("10.96.1.0");
        spec.Text("type").ShouldBe("ClusterIP");
        spec.Text("sessionAffinity").ShouldBe("None");
        spec.Text("internalTrafficPolicy").ShouldBe("Cluster");
        spec.Text("ipFamilyPolicy").ShouldBe("SingleStack");
        spec["ipFamilies"]!.ToJsonString().ShouldBe("[\"IPv4\"]");
        spec.ContainsKey("externalTrafficPolicy").ShouldBeFalse();
        var port = spec.Objects("ports").Single();
        (port.Text("protocol"), port.Number("targetPort")).ShouldBe(("TCP", 80));
    }

    [Theory]
    [InlineData("ipFamilyPolicy: PreferDualStack", "IPv4 IPv6", 2)]
    [InlineData("ipFamilyPolicy: RequireDualStack", "IPv4 IPv6", 2)]
    [InlineData("ipFamilies: [IPv6]", "IPv6", 1)]
    [InlineData("ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6]", "IPv6 IPv4", 2)]
    [InlineData("ipFamilyPolicy: PreferDualStack, clusterIPs: [\"fd96::5\"]", "IPv6 IPv4", 2)]
    [InlineData("clusterIP: None, selector: {a: b}", "IPv4", 1)]
    [InlineData("clusterIP: None", "IPv4 IPv6", 1)]
    public async Task Create_WithFamilies_AllocatesOneAddressForEach(string spec, string families, int addresses)
    {
        var created = Spec(await CreateAsync("ports: [{port: 80}], " + spec));
        string.Join(' ', created.Texts("ipFamilies")).ShouldBe(families);
        created.Texts("clusterIPs").Count().ShouldBe(addresses);
    }

    [Fact]
    public async Task Create_DualStackOnASingleStackCluster_PreferTakesOneAndRequireIsRefused()
    {
        using var single = new TestStore("10.96.0.0/16");
        var preferred = await single.CreateAsync(Yaml("a", "ports: [{port: 80}], ipFamilyPolicy: PreferDualStack"));
        Spec(preferred).Texts("clusterIPs").Count().ShouldBe(1);
        (await RefusedAsync(() => single.CreateAsync(Yaml("b", "ports: [{port: 80}], ipFamilyPolicy: RequireDualStack"))))
            .ShouldContain("spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services");
        (await RefusedAsync(() => single.CreateAsync(Yaml("c", "ports: [{port: 80}], ipFamilies: [IPv6]"))))
            .ShouldContain("spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster");
    }

    [Fact]
    public async Task Create_AddressInUse_IsRefusedUntilItsServiceIsDeleted()
    {
        var first = await CreateAsync("ports: [{port: 80}], clusterIP: 10.96.0.50");
        (await RefusedAsync(() => CreateAsync("ports: [{port: 80}], clusterIP: 10.96.0.50", "second"))).ShouldContain(
            "spec.clusterIPs: Invalid value: []string{\"10.96.0.50\"}: failed to allocate IP 10.96.0.50: provided IP is already allocated");
        await _store.DeleteAsync(first);
        Spec(await CreateAsync("ports: [{port: 80}], clusterIP: 10.96.0.50", "second")).Text("clusterIP").ShouldBe("10.96.0.50");
    }

    [Theory]
    [InlineData("ports: [{port: 80}], clusterIP: 10.97.0.1", "the provided IP (10.97.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16")]
    [InlineData("ports: []", "spec.ports: Required value")]
    [InlineData("ports: [{port: 0}]", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("ports: [{port: 80}, {port: 81}]", "[spec.ports[0].name: Required value, spec.ports[1].name: Required value]")]
    [InlineData("ports: [{port: 80, name: a}, {port: 81, name: a}]", "spec.ports[1].name: Duplicate value: \"a\"")]
    [InlineData("ports: [{port: 80, protocol: ICMP}]", "spec.ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\"")]
    [InlineData("ports: [{port: 80, nodePort: 30001}]", "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'")]
    [InlineData("ports: [{port: 80, nodePort: 80}], type: NodePort", "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767")]
    [InlineData("type: ExternalName", "spec.externalName: Required value")]
    [InlineData("ports: [{port: 80}], type: Foo", "spec.type: Unsupported value: \"Foo\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"")]
    [InlineData("ports: [{port: 80}], clusterIPs: [10.96.0.9, \"fd96::9\"]", "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified")]
    [InlineData("ports: [{port: 80}], clusterIP: nonsense", "spec.clusterIPs[0]: Invalid value: \"nonsense\": must be a valid IP address")]
    public async Task Create_WithAMistake_IsRefusedInTheWordsOfTheRealServer(string spec, string expected) =>
        (await RefusedAsync(() => CreateAsync(spec))).ShouldContain(expected);

    [Fact]
    public async Task Create_RefusedOne_KeepsNothing()
    {
        var next = Spec(await CreateAsync("ports: [{port: 80}]", "first")).Text("clusterIP");
        for (var i = 0; i < 300; i++)
        {
            await RefusedAsync(() => CreateAsync("ports: [{port: 80, nodePort: 80}], type: NodePort", "refused"));
        }
        _store.Addresses.Pools[0].IsUsed(System.Net.IPAddress.Parse(next!)).ShouldBeTrue();
        _store.Addresses.NodePorts.IsUsed(80).ShouldBeFalse();
        _store.List("services").Count.ShouldBe(1);
    }

    [Fact]
    public async Task NodePorts_OfSeveralPorts_AreDistinctUnlessTheNumberIsShared()
    {
        var ports = Spec(await CreateAsync(
            "type: NodePort, ports: [{name: a, port: 53, protocol: UDP}, {name: b, port: 53, protocol: TCP}, {name: c, port: 80}]"))
            .Objects("ports").Select(p => p.Number("nodePort")!.Value).ToList();
        ports[0].ShouldBe(ports[1]);
        ports[2].ShouldNotBe(ports[0]);
        (await RefusedAsync(() => CreateAsync($"type: NodePort, ports: [{{port: 80, nodePort: {ports[0]}}}]", "other")))
            .ShouldContain("provided port is already allocated");
    }

    [Fact]
    public async Task Update_ThatSaysNothingOfAddresses_KeepsThem()
    {
        var created = await CreateAsync("type: NodePort, ports: [{port: 80}], ipFamilyPolicy: PreferDualStack");
        var updated = await _store.UpdateAsync(created, service =>
        {
            service["spec"] = TestStore.Parse("{type: NodePort, ports: [{port: 80, targetPort: 8080}]}");
        });
        foreach (var field in (string[])["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
        {
            JsonNode.DeepEquals(Spec(updated)[field], Spec(created)[field]).ShouldBeTrue(field);
        }
        Spec(updated).Objects("ports").Single().Number("nodePort").ShouldBe(Spec(created).Objects("ports").Single().Number("nodePort"));
    }

    [Fact]
    public async Task Update_OfTheClusterIP_IsRefused()
    {
        var created = await CreateAsync("ports: [{port: 80}]");
        (await RefusedAsync(() => _store.UpdateAsync(created, service =>
        {
            service.Need("spec")["clusterIP"] = "10.96.7.7";
            service.Need("spec")["clusterIPs"] = new JsonArray("10.96.7.7");
        }))).ShouldContain("spec.clusterIPs[0]: Invalid value: []string{\"10.96.7.7\"}: may not change once set");
    }

    [Fact]
    public async Task Update_ToDualStackAndBack_TakesAndReleasesTheSecondAddress()
    {
        var created = await CreateAsync("ports: [{port: 80}]");
        var dual = await _store.UpdateAsync(created, service => service.Need("spec")["ipFamilyPolicy"] = "PreferDualStack");
        var second = Spec(dual).Texts("clusterIPs").Last();
        second.ShouldStartWith("fd96::");
        var single = await _store.UpdateAsync(dual, service => service.Need("spec")["ipFamilyPolicy"] = "SingleStack");
        Spec(single).Texts("clusterIPs").ShouldBe([Spec(created).Text("clusterIP")!]);
        _store.Addresses.PoolOf("IPv6")!.IsUsed(System.Net.IPAddress.Parse(second)).ShouldBeFalse();
    }

    [Fact]
    public async Task Update_FromNodePortToClusterIP_ReleasesThePort()
    {
        var created = await CreateAsync("type: NodePort, ports: [{port: 80}]");
        var port = (int)Spec(created).Objects("ports").Single().Number("nodePort")!.Value;
        var changed = await _store.UpdateAsync(created, service => service.Need("spec")["type"] = "ClusterIP");
        Spec(changed).Objects("ports").Single().ContainsKey("nodePort").ShouldBeFalse();
        Spec(changed).ContainsKey("externalTrafficPolicy").ShouldBeFalse();
        _store.Addresses.NodePorts.IsUsed(port).ShouldBeFalse();
    }

    [Fact]
    public async Task Update_ToExternalName_ReleasesTheAddress()
    {
        var created = await CreateAsync("ports: [{port: 80}]");
        var changed = await _store.UpdateAsync(created, service =>
        {
            service.Need("spec")["type"] = "ExternalName";
            service.Need("spec")["externalName"] = "example.com";
        });
        Spec(changed).ContainsKey("clusterIP").ShouldBeFalse();
        _store.Addresses.Pools[0].IsUsed(System.Net.IPAddress.Parse(Spec(created).Text("clusterIP")!)).ShouldBeFalse();
    }

    [Fact]
    public async Task LoadBalancer_WithLocalTraffic_GetsAHealthCheckPort()
    {
        var created = Spec(await CreateAsync("type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]"));
        created.Number("healthCheckNodePort")!.Value.ShouldBeInRange(30000, 32767);
        created.Number("healthCheckNodePort").ShouldNotBe(created.Objects("ports").Single().Number("nodePort"));
    }

    private static JsonObject Spec(StoredObject service) => service.View.Object("spec")!;

    private static string Yaml(string name, string spec) => $"{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{{spec}}}}}";

    private Task<StoredObject> CreateAsync(string spec, string name = "web") => _store.CreateAsync(Yaml(name, spec));

    private static async Task<string> RefusedAsync(Func<Task> write)
    {
        var refusal = await Should.ThrowAsync<StatusException>(write);
        refusal.Code.ShouldBe(422);
        return refusal.Message;
    }
}
