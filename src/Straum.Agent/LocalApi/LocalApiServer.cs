using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Straum.Agent.LocalApi.Reports;

namespace Straum.Agent.LocalApi;

/// <summary>
/// HTTP/1.1 on the Unix socket <c>agent.sock</c>, for root alone: the reports of <see cref="LocalApiResources"/> for the CLI,
/// and whatever else the agent maps (<c>POST /cni</c>). Errors are <see cref="LocalApiError"/>.
/// </summary>
public sealed class LocalApiServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LocalApiServer(WebApplication application) => _application = application;

    /// <summary>Serves from now on. Throws when the socket's folder cannot be written.</summary>
    /// <param name="socketPath">Replaced if it exists; stays, unserved, after the end, so that a successor's is not removed.</param>
    /// <param name="state">What the reports tell.</param>
    /// <param name="mapMore">Adds routes.</param>
    /// <param name="stop">Cancels the start.</param>
    public static async Task<LocalApiServer> StartAsync(
        string socketPath, IAgentState state, Action<IEndpointRouteBuilder>? mapMore = null, CancellationToken stop = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore()
            .UseSockets(sockets => sockets.CreateBoundListenSocket = _ => LocalApiSocket.Listen(socketPath))
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.ListenUnixSocket(socketPath, static listen => listen.Protocols = HttpProtocols.Http1);
            });
        var application = builder.Build();
        application.Use(ReportFaultsAsync);
        Map(application, LocalApiResources.Status, state);
        Map(application, LocalApiResources.Services, state);
        Map(application, LocalApiResources.Endpoints, state);
        Map(application, LocalApiResources.Pods, state);
        Map(application, LocalApiResources.Routes, state);
        Map(application, LocalApiResources.Drops, state);
        mapMore?.Invoke(application);
        application.MapFallback(static context => AnswerAsync(
            context, StatusCodes.Status404NotFound, new LocalApiError($"there is no {context.Request.Path}"), ReportJson.Default.LocalApiError));
        await application.StartAsync(stop).ConfigureAwait(false);
        return new LocalApiServer(application);
    }

    /// <summary>Finishes the requests that are being answered, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static void Map<T>(WebApplication application, LocalApiResource<T> resource, IAgentState state) =>
        application.MapGet(resource.Path, context => AnswerAsync(context, StatusCodes.Status200OK, resource.Read(state), resource.Json));

    private static async Task ReportFaultsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.Response.HasStarted && e is not OperationCanceledException)
        {
            await AnswerAsync(context, StatusCodes.Status500InternalServerError, new LocalApiError(e.Message), ReportJson.Default.LocalApiError).ConfigureAwait(false);
        }
    }

    private static async Task AnswerAsync<T>(HttpContext context, int status, T body, JsonTypeInfo<T> json)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, json);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }
}
