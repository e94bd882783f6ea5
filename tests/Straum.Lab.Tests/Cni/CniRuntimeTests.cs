using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Straum.Lab.Cni;

/// <summary>The calls that plugins get, against what libcni sends (containernetworking/cni, libcni/api.go).</summary>
public sealed class CniRuntimeTests
{
    private const string Chain = """
        {"name":"lab","cniVersion":"1.1.0","plugins":[
          {"type":"first","mtu":1400},
          {"type":"second","capabilities":{"portMappings":true,"bandwidth":false}}]}
        """;

    private static readonly CniAttachment Pod = new("c0ffee", "/run/netns/pod")
    {
        Arguments = [new("IgnoreUnknown", "1"), new("K8S_POD_NAME", "web")],
        Capabilities = new JsonObject { ["portMappings"] = new JsonArray(1), ["bandwidth"] = new JsonObject() },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_Chain_FeedsEachResultToTheNextPlugin()
    {
        using var plugins = new FakePlugin("first", "second");
        var result = await plugins.Runtime().AddAsync(Parse(Chain), Pod, Stop);

        result.Addresses.ShouldBe([IPAddress.Parse("10.0.0.5"), IPAddress.Parse("fd00::5")]);
        var calls = plugins.Calls;
        calls.Select(c => (string)c["plugin"]!).ShouldBe(["first", "second"]);
        calls[0]["stdin"]!.ToJsonString().ShouldBe("""{"type":"first","mtu":1400,"name":"lab","cniVersion":"1.1.0"}""");
        calls[1]["stdin"]!["prevResult"]!["ips"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Add_Environment_IsTheSpecifications()
    {
        using var plugins = new FakePlugin("first", "second");
        await plugins.Runtime().AddAsync(Parse(Chain), Pod, Stop);

        var call = plugins.Calls[0];
        ((string)call["command"]!).ShouldBe("ADD");
        ((string)call["container"]!).ShouldBe("c0ffee");
        ((string)call["netns"]!).ShouldBe("/run/netns/pod");
        ((string)call["ifname"]!).ShouldBe("eth0");
        ((string)call["args"]!).ShouldBe("IgnoreUnknown=1;K8S_POD_NAME=web");
    }

    [Fact]
    public async Task Add_RuntimeConfig_HoldsDeclaredCapabilitiesOnly()
    {
        using var plugins = new FakePlugin("first", "second");
        await plugins.Runtime().AddAsync(Parse(Chain), Pod, Stop);

        plugins.Calls[0]["stdin"]!["runtimeConfig"].ShouldBeNull();
        plugins.Calls[1]["stdin"]!["runtimeConfig"]!.ToJsonString().ShouldBe("""{"portMappings":[1]}""");
    }

    [Fact]
    public async Task Del_Chain_RunsBackwardsWithTheCachedResult()
    {
        using var plugins = new FakePlugin("first", "second");
        var cached = new JsonObject { ["ips"] = new JsonArray() };
        await plugins.Runtime().DelAsync(Parse(Chain), Pod with { Namespace = null, Result = cached }, Stop);

        plugins.Calls.Select(c => (string)c["plugin"]!).ShouldBe(["second", "first"]);
        plugins.Calls.ShouldAllBe(c => c["stdin"]!["prevResult"] != null && (string)c["netns"]! == "");
    }

    [Fact]
    public async Task Check_DisabledByTheConfiguration_CallsNobody()
    {
        using var plugins = new FakePlugin("first", "second");
        await plugins.Runtime().CheckAsync(Parse(Chain.Replace("{\"name\"", "{\"disableCheck\":true,\"name\"")), Pod, Stop);
        plugins.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Gc_FirstPluginFails_StillTellsTheOthersAndThenFails()
    {
        using var plugins = new FakePlugin("first", "second");
        plugins.Answer("first", """{"code":100,"msg":"disk full"}""", exitCode: 1);
        var failure = await Should.ThrowAsync<CniException>(() => plugins.Runtime().GcAsync(Parse(Chain), [Pod], Stop));

        failure.Message.ShouldContain("disk full");
        plugins.Calls.Count.ShouldBe(2);
        plugins.Calls[1]["stdin"]!["cni.dev/valid-attachments"]!.ToJsonString().ShouldBe("""[{"containerID":"c0ffee","ifname":"eth0"}]""");
    }

    [Fact]
    public async Task Status_PluginNotAvailable_SaysWhy()
    {
        using var plugins = new FakePlugin("first", "second");
        (await plugins.Runtime().StatusAsync(Parse(Chain), Stop)).ShouldBeNull();
        plugins.Answer("second", """{"code":50,"msg":"agent is starting"}""", exitCode: 1);
        (await plugins.Runtime().StatusAsync(Parse(Chain), Stop)).ShouldBe("cni STATUS: plugin second: agent is starting");
    }

    [Fact]
    public async Task Add_PluginPrintsNoError_ReportsItsExitCodeAndWords()
    {
        using var plugins = new FakePlugin("first", "second");
        plugins.Answer("first", "Segmentation fault", exitCode: 139);
        var failure = await Should.ThrowAsync<CniException>(() => plugins.Runtime().AddAsync(Parse(Chain), Pod, Stop));
        failure.Message.ShouldBe("cni ADD: plugin first: exit code 139: Segmentation fault");
    }

    [Fact]
    public async Task Add_PluginHangs_IsTimedOutAndKilled()
    {
        var hang = new TaskCompletionSource();
        var runtime = new CniRuntime("/bin", async (_, _, _, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            hang.SetResult();
            throw new OperationCanceledException(stop);
        })
        { Limit = TimeSpan.FromMilliseconds(20) };
        var network = Parse("""{"name":"lab","cniVersion":"1.0.0","plugins":[{"type":"sh"}]}""");

        var failure = await Should.ThrowAsync<CniException>(() => runtime.AddAsync(network, Pod, Stop));
        failure.Code.ShouldBe(11);
        await hang.Task.WaitAsync(Stop);
    }

    [Fact]
    public async Task Add_PluginMissing_NamesThePath()
    {
        using var plugins = new FakePlugin();
        var failure = await Should.ThrowAsync<CniException>(() => plugins.Runtime().AddAsync(Parse(Chain), Pod, Stop));
        failure.Message.ShouldBe($"cni: plugin first is not in {plugins.Path}");
    }

    private static CniNetwork Parse(string json) => CniNetwork.Parse("test.conflist", Encoding.UTF8.GetBytes(json));
}
