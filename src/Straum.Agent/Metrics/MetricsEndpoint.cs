using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Straum.Agent.Metrics;

/// <summary>Maps <c>GET /metrics</c>.</summary>
public static class MetricsEndpoint
{
    /// <param name="routes">Of the server.</param>
    /// <param name="read">Makes the text of <see cref="MetricsText"/>, at each request.</param>
    public static void MapMetrics(this IEndpointRouteBuilder routes, Func<Task<string>> read) => routes.MapGet("/metrics", async context =>
    {
        var body = Encoding.UTF8.GetBytes(await read().ConfigureAwait(false));
        context.Response.ContentType = MetricsText.ContentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    });
}
