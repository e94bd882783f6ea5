namespace Straum.Lab.ApiServer.Http;

/// <summary>pods/log over the files that a kubelet keeps; the kubelet is played.</summary>
public sealed class PodLogTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Running = "{status: {phase: Running, containerStatuses: [{name: main, restartCount: 0, state: {running: {}}}]}}";

    [Fact]
    public async Task Log_IsWhatTheContainerWrote()
    {
        await PodAsync("plain", "main");
        Write("plain", "main.log", "one\ntwo\nthree\n");
        (await LogAsync("plain")).Text.ShouldBe("one\ntwo\nthree\n");
        (await LogAsync("plain", "tailLines=2")).Text.ShouldBe("two\nthree\n");
        (await LogAsync("plain", "tailLines=0")).Text.ShouldBe("");
        (await LogAsync("plain", "tailLines=9")).Text.ShouldBe("one\ntwo\nthree\n");
        (await LogAsync("plain", "limitBytes=5")).Text.ShouldBe("one\nt");
    }

    [Fact]
    public async Task Log_OfTheRunBefore_IsKeptApart()
    {
        await PodAsync("again", "main");
        Write("again", "main.log", "second\n");
        (await LogAsync("again", "previous=true")).Message.ShouldBe("previous terminated container \"main\" in pod \"again\" not found");
        Write("again", "main.previous.log", "first\n");
        (await LogAsync("again", "previous=true")).Text.ShouldBe("first\n");
    }

    [Fact]
    public async Task Log_Followed_EndsWithTheContainer()
    {
        await PodAsync("followed", "main");
        Write("followed", "main.log", "one\n");
        (await server.Client.PatchAsync(ApiClient.PodsPath + "/followed/status", "merge", Running)).Expect(200);
        using var response = await server.Client.Http.GetAsync(ApiClient.PodsPath + "/followed/log?follow=true", HttpCompletionOption.ResponseHeadersRead, Stop);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        (await lines.ReadLineAsync(Stop)).ShouldBe("one");
        Write("followed", "main.log", "two\n");
        (await lines.ReadLineAsync(Stop)).ShouldBe("two");
        Write("followed", "main.log", "last words\n");
        (await server.Client.PatchAsync(ApiClient.PodsPath + "/followed/status", "merge", Running.Replace("running: {}", "terminated: {exitCode: 0}, running: null", StringComparison.Ordinal))).Expect(200);
        (await lines.ReadToEndAsync(Stop)).ShouldBe("last words\n");
    }

    [Theory]
    [InlineData("", "a container name must be specified for pod two, choose one of: [main side]")]
    [InlineData("container=none", "container none is not valid for pod two")]
    [InlineData("container=side", "container \"side\" in pod \"two\" is waiting to start: ContainerCreating")]
    [InlineData("container=main&timestamps=true", "timestamps: the logs of this cluster have no timestamps")]
    public async Task Log_ThatCannotBeShown_IsRefusedInTheWordsOfTheRealServer(string query, string refusal)
    {
        await PodAsync("two", "main", "side");
        (await LogAsync("two", query)).Message.ShouldBe(refusal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<ApiAnswer> LogAsync(string pod, string query = "") => server.Client.GetAsync($"{ApiClient.PodsPath}/{pod}/log?{query}");

    private async Task PodAsync(string name, params string[] containers)
    {
        var list = string.Join(", ", containers.Select(c => $"{{name: {c}, image: none}}"));
        var made = await server.Client.PostAsync(ApiClient.PodsPath, $"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{nodeName: n1, containers: [{list}]}}}}");
        new[] { 201, 409 }.ShouldContain(made.Code, made.Text);
    }

    private void Write(string pod, string file, string text)
    {
        var directory = Directory.CreateDirectory(Path.Combine(server.PodLogs, "default", pod));
        File.AppendAllText(Path.Combine(directory.FullName, file), text);
    }
}
