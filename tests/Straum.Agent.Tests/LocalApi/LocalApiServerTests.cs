using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Straum.Agent.LocalApi;

namespace Straum.Agent.Tests.LocalApi;

public sealed class LocalApiServerTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("straum-t-");
    private readonly FakeAgentState _state = new("n1");
    private LocalApiServer? _server;

    private string Path => System.IO.Path.Combine(_folder.FullName, "run", "agent.sock");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await LocalApiServer.StartAsync(Path, _state, static routes =>
        routes.MapPost("/cni", static async context => await context.Request.Body.CopyToAsync(context.Response.Body)), Stop);

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Get_EveryResource_ArrivesAsItWas()
    {
        using var client = new LocalApiClient(Path);

        await ArrivesAsItWas(LocalApiResources.Status);
        await ArrivesAsItWas(LocalApiResources.Services);
        await ArrivesAsItWas(LocalApiResources.Endpoints);
        await ArrivesAsItWas(LocalApiResources.Pods);
        await ArrivesAsItWas(LocalApiResources.Routes);
        await ArrivesAsItWas(LocalApiResources.Drops);

        async Task ArrivesAsItWas<T>(LocalApiResource<T> resource) =>
            JsonSerializer.Serialize(await client.GetAsync(resource, Stop), resource.Json).ShouldBe(JsonSerializer.Serialize(resource.Read(_state), resource.Json));
    }

    [Fact]
    public async Task Get_WhatThrows_IsRefusedWithItsMessage()
    {
        _state.Fault = new IOException("map lookup svc: EPERM (CAP_BPF missing)");
        using var client = new LocalApiClient(Path);

        (await Should.ThrowAsync<AgentRefusedException>(() => client.GetAsync(LocalApiResources.Services, Stop))).Message.ShouldBe("map lookup svc: EPERM (CAP_BPF missing)");
        (await client.GetAsync(LocalApiResources.Status, Stop)).Node.ShouldBe("n1");
    }

    [Fact]
    public void Socket_IsForItsOwnerAlone() =>
        File.GetUnixFileMode(Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    [Fact]
    public async Task Start_WhileAPredecessorServes_TakesThePathOver()
    {
        _state.Status = _state.Status with { Node = "old" };
        await using var successor = await LocalApiServer.StartAsync(Path, new FakeAgentState("new"), stop: Stop);
        using var client = new LocalApiClient(Path);

        (await client.GetAsync(LocalApiResources.Status, Stop)).Node.ShouldBe("new");
        await _server!.DisposeAsync();
        using var later = new LocalApiClient(Path);
        (await later.GetAsync(LocalApiResources.Status, Stop)).Node.ShouldBe("new");
    }

    [Fact]
    public async Task Get_AfterTheEnd_IsUnreachable()
    {
        await _server!.DisposeAsync();
        using var client = new LocalApiClient(Path);
        await Should.ThrowAsync<AgentUnreachableException>(() => client.GetAsync(LocalApiResources.Status, Stop));
    }

    [Fact]
    public async Task Request_ToWhatIsMapped_IsServedOnTheSameSocket() =>
        (await SendAsync("POST /cni HTTP/1.1\r\nHost: straum\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody")).ShouldEndWith("body\r\n0\r\n\r\n");

    [Fact]
    public async Task Request_ToNothing_IsAnErrorInJson()
    {
        var answer = await SendAsync("GET /v1/nonsense HTTP/1.1\r\nHost: straum\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 404 Not Found\r\n");
        answer.ShouldEndWith("{\"error\":\"there is no /v1/nonsense\"}");
    }

    private async Task<string> SendAsync(string request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), Stop);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Stop);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Stop);
    }
}
