using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Agent.Daemon;
using Straum.Control.Problems;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;

namespace Straum.Agent.Tests.Daemon;

public sealed class ObjectEventsTests
{
    [Fact]
    public async Task Object_ThatStillFindsNoRoomAtTheNextPass_IsToldOnce()
    {
        using var server = new RecordingServer();
        using var client = new KubernetesClient(new ClusterConfig { Server = new Uri("https://api") }, server, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var events = new ObjectEvents(client, "n1", TimeProvider.System, NullLogger.Instance);
        var running = events.RunAsync(stop.Token);
        var settled = Unplaced("settled");
        var lasting = Unplaced("lasting");

        events.Passed(new NodeLoopState { Unplaced = [settled, lasting] });
        events.Passed(new NodeLoopState { Unplaced = [lasting] });
        events.Passed(new NodeLoopState { Unplaced = [lasting] });
        var growing = Unplaced("growing");
        events.Passed(new NodeLoopState { Unplaced = [lasting, growing] });
        events.Passed(new NodeLoopState { Unplaced = [lasting, growing], Settling = [growing] });
        events.Passed(new NodeLoopState());
        var last = Unplaced("last");
        events.Passed(new NodeLoopState { Unplaced = [last] });
        events.Passed(new NodeLoopState { Unplaced = [last] });

        var (path, told) = await server.Requests.Reader.ReadAsync(stop.Token);
        path.ShouldBe("/api/v1/namespaces/shop/events");
        told["involvedObject"]!["name"]!.GetValue<string>().ShouldBe("lasting");
        told["type"]!.GetValue<string>().ShouldBe("Warning");
        told["reason"]!.GetValue<string>().ShouldBe("NotProgrammed");
        told["message"]!.GetValue<string>().ShouldBe("n1: The table svc is full. Wait.");
        (await server.Requests.Reader.ReadAsync(stop.Token)).Told["involvedObject"]!["name"]!.GetValue<string>().ShouldBe("last");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
    }

    private static Problem Unplaced(string service) => new()
    {
        Severity = Severity.Error,
        Object = new ObjectName("Service", new NamespacedName("shop", service)),
        Message = "The table svc is full.",
        Fix = "Wait.",
    };

    private sealed class RecordingServer : HttpMessageHandler
    {
        public Channel<(string Path, JsonNode Told)> Requests { get; } = Channel.CreateUnbounded<(string, JsonNode)>();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            var body = await request.Content!.ReadAsStringAsync(ct);
            Requests.Writer.TryWrite((request.RequestUri!.AbsolutePath, JsonNode.Parse(body)!));
            return new HttpResponseMessage(HttpStatusCode.Created) { Content = new StringContent(body) };
        }
    }
}
