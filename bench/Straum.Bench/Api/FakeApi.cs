using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Straum.Agent.LocalApi;
using Straum.Bench.Bed;

namespace Straum.Bench.Api;

/// <summary>
/// As much of the Kubernetes API as an agent reads: paged lists and watches of three kinds, over plain HTTP inside the bed.
/// What it sends is prepared beforehand, so that what is measured is the agent and not this.
/// </summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Socket _listener;
    private readonly Dictionary<string, Collection> _collections = new()
    {
        ["nodes"] = new("v1", "Node"),
        ["services"] = new("v1", "Service"),
        ["endpointslices"] = new("discovery.k8s.io/v1", "EndpointSlice"),
    };
    private readonly CancellationTokenSource _stopping = new();
    private long _version = 1;

    private FakeApi(WebApplication app, Socket listener, string url) => (_app, _listener, Url) = (app, listener, url);

    public string Url { get; }

    /// <summary>A server that the bed's nodes reach on the router's address.</summary>
    public static async Task<FakeApi> StartAsync(Fabric fabric, int port)
    {
        var socket = fabric.Router.Namespace.Run(() =>
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Parse(Fabric.Router4), port));
            listener.Listen(512);
            return listener;
        });
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenHandle((ulong)socket.Handle, static o => o.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MinResponseDataRate = null;
        });
        var app = builder.Build();
        var api = new FakeApi(app, socket, $"http://{Fabric.Router4}:{port}");
        app.Run(api.AnswerAsync);
        await app.StartAsync();
        return api;
    }

    /// <summary>Objects that are there before anybody watches, or whose events nobody waits for.</summary>
    public void Put(params IEnumerable<ApiObject> objects) => Prepare(objects).Publish();

    /// <summary>Makes the bytes of events now, so that publishing them takes no time.</summary>
    public PreparedChange Prepare(IEnumerable<ApiObject> objects)
    {
        var batches = objects.GroupBy(static o => o.Collection)
            .Select(group => (Collection: _collections[group.Key], Events: group.Select(o => EventOf(o, ++_version)).ToArray()))
            .ToArray();
        return new PreparedChange(() =>
        {
            foreach (var (collection, events) in batches)
            {
                collection.Append(events);
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        // The server leaves open what it was handed; agents would connect to it and never be answered.
        _listener.Dispose();
        _stopping.Dispose();
    }

    private static Event EventOf(ApiObject o, long version) => new(o.Key, Encoding.UTF8.GetBytes(o.Json(version)), version);

    private async Task AnswerAsync(HttpContext context)
    {
        var plural = context.Request.Path.Value!.Split('/')[^1];
        if (context.Request.Method != "GET" || !_collections.TryGetValue(plural, out var collection))
        {
            context.Response.StatusCode = 404;
            await context.Response.WriteAsync("""{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}""");
            return;
        }
        context.Response.ContentType = "application/json";
        var query = context.Request.Query;
        if (query["watch"] == "true")
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
            await collection.WatchAsync(context.Response, long.Parse(query["resourceVersion"]!), stop.Token);
        }
        else
        {
            var from = query["continue"] is [{ Length: > 0 } token] ? int.Parse(token) : 0;
            await collection.ListAsync(context.Response, from, query["limit"] is [{ } limit] ? int.Parse(limit) : int.MaxValue);
        }
    }
}
