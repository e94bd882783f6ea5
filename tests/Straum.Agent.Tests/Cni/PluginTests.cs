using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Straum.Agent.Cni;

/// <summary>What straum-cni does on its own: with a good agent, a bad one and none.</summary>
public sealed class PluginTests : IDisposable
{
    private static readonly Dictionary<string, string> Pod = new()
    {
        ["CNI_CONTAINERID"] = "abc-1_2.3",
        ["CNI_NETNS"] = "/run/netns/x",
        ["CNI_IFNAME"] = "eth0",
        ["CNI_ARGS"] = "IgnoreUnknown=1;K8S_POD_NAME=we\"b\\\t",
        ["CNI_PATH"] = "/opt/cni/bin",
    };

    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;

    private string Socket => Path.Combine(_directory, "agent.sock");

    private string Journal => Path.Combine(_directory, "deep/er/pending");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("ADD")]
    [InlineData("DEL")]
    [InlineData("CHECK")]
    [InlineData("GC")]
    [InlineData("STATUS")]
    public async Task Call_WithAnAgent_PassesEverythingOnAndPrintsTheAnswer(string command)
    {
        using var agent = ScriptedAgent.Answering(Socket, ScriptedAgent.Http("{\"x\": 1}\n"));

        var run = await PluginRun.RunAsync(command, Config("\"extra\":{\"a\":[1,null,\"ü\"]}"), Pod);

        run.ShouldBe(new PluginRun(0, "{\"x\": 1}\n", ""));
        var (head, body) = Split(await agent.Request);
        head.ShouldStartWith("POST /cni HTTP/1.1\r\n");
        var request = JsonNode.Parse(body)!.AsObject();
        request["command"]!.GetValue<string>().ShouldBe(command);
        request["containerId"]!.GetValue<string>().ShouldBe("abc-1_2.3");
        request["netns"]!.GetValue<string>().ShouldBe("/run/netns/x");
        request["ifName"]!.GetValue<string>().ShouldBe("eth0");
        request["args"]!.GetValue<string>().ShouldBe(Pod["CNI_ARGS"]);
        request["path"]!.GetValue<string>().ShouldBe("/opt/cni/bin");
        request["config"]!["extra"]!["a"]![2]!.GetValue<string>().ShouldBe("ü");
    }

    [Fact]
    public async Task Call_TheAgentRefuses_ExitsWithItsCode()
    {
        using var agent = ScriptedAgent.Answering(Socket, ScriptedAgent.Http("{\"code\":7}", exit: "1"));

        var run = await PluginRun.RunAsync("ADD", Config(), Pod);

        run.ShouldBe(new PluginRun(1, "{\"code\":7}", ""));
    }

    [Fact]
    public async Task Version_WithoutAnAgent_IsAnsweredInTheVersionOfTheInput()
    {
        (await PluginRun.RunAsync("VERSION", "")).Json["cniVersion"]!.GetValue<string>().ShouldBe("1.1.0");
        var run = await PluginRun.RunAsync("VERSION", """{"cniVersion":"0.4.0"}""");
        run.ExitCode.ShouldBe(0);
        run.Json["cniVersion"]!.GetValue<string>().ShouldBe("0.4.0");
        run.Json["supportedVersions"]!.AsArray().Select(v => v!.GetValue<string>()).ShouldBe(CniVersion.Supported.Select(v => v.ToString()));
    }

    [Theory]
    [InlineData("ADD", 11)]
    [InlineData("CHECK", 11)]
    [InlineData("GC", 11)]
    [InlineData("STATUS", 50)]
    public async Task Call_WithoutAnAgent_SaysSoInTheVersionOfTheConfig(string command, int code)
    {
        var run = await PluginRun.RunAsync(command, Config("\"timeoutMs\":50"), Pod);

        run.ExitCode.ShouldBe(1);
        run.Code.ShouldBe(code);
        run.Json["cniVersion"]!.GetValue<string>().ShouldBe("1.0.0");
        run.Json["details"]!.GetValue<string>().ShouldContain(Socket);
    }

    [Fact]
    public async Task Add_WhileTheAgentStarts_WaitsForIt()
    {
        var add = PluginRun.RunAsync("ADD", Config(), Pod);
        using var agent = ScriptedAgent.Answering(Socket, ScriptedAgent.Http("{}"));

        (await add).ShouldBe(new PluginRun(0, "{}", ""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Len")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nX-Cni-Exit: 0\r\n\r\n{\"half\":")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Cni-Exit: 0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\nX-Cni-Exit: 0\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -2\r\nX-Cni-Exit: 0\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Cni-Exit: 7\r\n\r\n{}")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nX-Cni-Exit: 0\r\n\r\n{}")]
    [InlineData("\r\n\r\n\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    public async Task Answer_Broken_FailsAnAddAndJournalsADel(string answer)
    {
        using (ScriptedAgent.Answering(Socket, answer))
        {
            var add = await PluginRun.RunAsync("ADD", Config(), Pod);
            add.Error.ShouldBeEmpty();
            add.ExitCode.ShouldBe(1);
            add.Code.ShouldBe(11);
        }
        File.Delete(Socket);
        using (ScriptedAgent.Answering(Socket, answer))
        {
            (await PluginRun.RunAsync("DEL", Config(), Pod)).ShouldBe(new PluginRun(0, "", ""));
        }
        Directory.GetFiles(Journal).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Agent_ThatNeverAnswers_IsLeftAtTheDeadline()
    {
        using var agent = new ScriptedAgent(Socket, (_, _, stop) => Task.Delay(Timeout.Infinite, stop));
        var clock = Stopwatch.StartNew();

        var run = await PluginRun.RunAsync("ADD", Config("\"timeoutMs\":300"), Pod);

        run.Code.ShouldBe(11);
        clock.Elapsed.ShouldBeInRange(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Agent_ThatAnswersByteByByte_IsUnderstood()
    {
        using var agent = new ScriptedAgent(Socket, async (socket, _, stop) =>
        {
            foreach (var b in Encoding.UTF8.GetBytes(ScriptedAgent.Http("{\"slow\":true}")))
            {
                await socket.SendAsync(new[] { b }, stop);
            }
        });

        (await PluginRun.RunAsync("ADD", Config(), Pod)).Output.ShouldBe("{\"slow\":true}");
    }

    [Fact]
    public async Task Config_OfAMegabyte_IsPassedOnWhole()
    {
        var filler = new string('x', 1 << 20);
        using var agent = ScriptedAgent.Answering(Socket, ScriptedAgent.Http("{}"));

        (await PluginRun.RunAsync("ADD", Config($"\"filler\":\"{filler}\""), Pod)).ExitCode.ShouldBe(0);

        var (_, body) = Split(await agent.Request);
        JsonNode.Parse(body)!["config"]!["filler"]!.GetValue<string>().ShouldBe(filler);
    }

    [Fact]
    public async Task Config_TooLong_IsRefused()
    {
        var run = await PluginRun.RunAsync("ADD", Encoding.UTF8.GetBytes(Config($"\"filler\":\"{new string('x', 17 << 20)}\"")), Pod, sanitized: false);

        run.Code.ShouldBe(7);
    }

    public static TheoryData<string, int> BadConfigs => new()
    {
        { "", 6 },
        { "x", 6 },
        { "[]", 6 },
        { "{", 6 },
        { "{\"name\":\"a\"", 6 },
        { "{\"name\":\"a\"} {}", 6 },
        { "{\"name\":\"a\"},\"command\":\"DEL\",\"x\":{}", 6 },
        { "{\"name\":\"a\",}", 6 },
        { "{\"name\":\"a\",\"b\":01}", 6 },
        { "{\"name\":\"a\",\"b\":1.}", 6 },
        { "{\"name\":\"a\",\"b\":tru}", 6 },
        { "{\"name\":\"a\",\"b\":\"\\x\"}", 6 },
        { "{\"name\":\"a\",\"b\":\"\\u12g4\"}", 6 },
        { "{\"name\":\"a\",\"b\":\"\\ud800\"}", 6 },
        { "{\"name\":\"a\",\"b\":\"line\nbreak\"}", 6 },
        { "{\"name\":\"a\",\"b\":\"unterminated}", 6 },
        { "\ufeff{\"name\":\"a\"}", 6 },
        { "{\"name\":\"a\",\"b\":" + new string('[', 1000) + new string(']', 1000) + "}", 6 },
        { "{}", 7 },
        { "{\"name\":\"\"}", 7 },
        { "{\"name\":7}", 7 },
        { "{\"name\":\"a/b\"}", 7 },
        { "{\"name\":\"a\\u0000b\"}", 7 },
    };

    [Theory, MemberData(nameof(BadConfigs))]
    public async Task Config_Bad_IsRefusedBeforeTheAgentIsAsked(string config, int code)
    {
        foreach (var command in (string[])["ADD", "DEL", "GC"])
        {
            var run = await PluginRun.RunAsync(command, config, Pod);
            run.Error.ShouldBeEmpty();
            run.ExitCode.ShouldBe(1);
            run.Code.ShouldBe(code);
        }
        Directory.Exists(Journal).ShouldBeFalse();
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc0, 0xaf })]
    [InlineData(new byte[] { 0xe0, 0x80, 0xaf })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xe2, 0x82 })]
    public async Task Config_NotUtf8_IsRefused(byte[] bytes)
    {
        byte[] config = [.. "{\"name\":\"a\",\"b\":\""u8, .. bytes, .. "\"}"u8];

        (await PluginRun.RunAsync("ADD", config, Pod)).Code.ShouldBe(6);
        (await PluginRun.RunAsync("ADD", config[..^2], Pod)).Code.ShouldBe(6);
    }

    [Theory]
    [InlineData("ADD", "CNI_CONTAINERID", "")]
    [InlineData("ADD", "CNI_CONTAINERID", "a/../b")]
    [InlineData("ADD", "CNI_CONTAINERID", "-a")]
    [InlineData("ADD", "CNI_CONTAINERID", "a\nb")]
    [InlineData("ADD", "CNI_NETNS", "")]
    [InlineData("ADD", "CNI_IFNAME", "")]
    [InlineData("ADD", "CNI_IFNAME", ".")]
    [InlineData("ADD", "CNI_IFNAME", "eth0:1")]
    [InlineData("ADD", "CNI_IFNAME", "a b")]
    [InlineData("ADD", "CNI_IFNAME", "sixteen-letters-")]
    [InlineData("DEL", "CNI_CONTAINERID", "../../etc/x")]
    [InlineData("DEL", "CNI_IFNAME", "../x")]
    [InlineData("CHECK", "CNI_NETNS", "")]
    [InlineData("", "CNI_PATH", "")]
    [InlineData("add", "CNI_PATH", "")]
    [InlineData("ADD DEL", "CNI_PATH", "")]
    public async Task Environment_Bad_IsRefusedAndNamed(string command, string variable, string value)
    {
        var run = await PluginRun.RunAsync(command, Config(), new Dictionary<string, string>(Pod) { [variable] = value });

        run.Code.ShouldBe(4);
        run.Output.ShouldContain(variable == "CNI_PATH" ? "CNI_COMMAND" : variable);
    }

    [Fact]
    public async Task Del_WithoutAnAgent_IsJournalledAndSucceeds()
    {
        var withoutNamespace = new Dictionary<string, string>(Pod) { ["CNI_NETNS"] = "" };

        for (var i = 0; i < 2; i++)
        {
            (await PluginRun.RunAsync("DEL", Config(), withoutNamespace)).ShouldBe(new PluginRun(0, "", ""));
        }

        var file = Directory.GetFiles(Journal).ShouldHaveSingleItem();
        Path.GetFileName(file).ShouldBe("abc-1_2.3:eth0.json");
        JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!["containerId"]!.GetValue<string>().ShouldBe("abc-1_2.3");
        new PendingDeletes(Journal).List().ShouldBe([new("abc-1_2.3", "eth0")]);
    }

    [Fact]
    public async Task Del_NeitherHeardNorJournalled_Fails()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "deep"), "a file in the way", TestContext.Current.CancellationToken);

        var run = await PluginRun.RunAsync("DEL", Config(), Pod);

        run.Code.ShouldBe(11);
        run.Output.ShouldContain(Journal);
    }

    [Fact]
    public async Task Path_LongerThanASocketAddress_IsSaid()
    {
        var config = $$"""{"cniVersion":"1.0.0","name":"straum","socket":"/{{new string('x', 200)}}"}""";

        (await PluginRun.RunAsync("STATUS", config)).Json["details"]!.GetValue<string>().ShouldContain("File name too long");
    }

    private string Config(string more = "\"more\":0") =>
        $$"""{"cniVersion":"1.0.0","name":"straum","type":"straum-cni","socket":"{{Socket}}","journalDir":"{{Journal}}",{{more}}}""";

    private static (string Head, string Body) Split(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (request[..end], request[(end + 4)..]);
    }
}
