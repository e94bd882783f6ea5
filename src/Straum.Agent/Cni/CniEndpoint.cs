using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Straum.Agent.Cni;

/// <summary>Maps <c>POST /cni</c> of the local API to the CNI server.</summary>
public static class CniEndpoint
{
    /// <summary>As straum-cni, which refuses a longer configuration.</summary>
    private const int MaxBody = 17 << 20;

    /// <summary>The plugin's exit code.</summary>
    private const string ExitHeader = "X-Cni-Exit";

    public static void MapCni(this IEndpointRouteBuilder routes, CniServer server) => routes.MapPost("/cni", context => AnswerAsync(context, server));

    private static async Task AnswerAsync(HttpContext context, CniServer server)
    {
        using var body = new MemoryStream((int)Math.Clamp(context.Request.ContentLength ?? 0, 0, MaxBody));
        var buffer = new byte[16 * 1024];
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false) is var read and > 0)
        {
            if (body.Length + read > MaxBody)
            {
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                return;
            }
            body.Write(buffer, 0, read);
        }

        // Not cancelled when the plugin goes away: a call half done would have to be undone, which the runtime's DEL does anyway.
        var response = await server.HandleAsync(body.GetBuffer().AsMemory(0, (int)body.Length)).ConfigureAwait(false);
        context.Response.Headers[ExitHeader] = response.ExitCode == 0 ? "0" : "1";
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = response.Body.Length;
        await context.Response.Body.WriteAsync(response.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
