using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Http;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.Discovery;

/// <summary>The paths that are about the server and not about objects.</summary>
internal sealed class DiscoveryHandler(ResourceRegistry registry)
{
    private const string Protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private readonly DiscoveryDocuments _discovery = new(registry);
    private readonly OpenApiDocuments _openApi = new(registry);

    /// <summary>Answers a path of discovery or OpenAPI; false when it is none.</summary>
    public async Task<bool> TryHandleAsync(HttpContext http)
    {
        var parts = (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (parts)
        {
            case ["api"]:
                await WriteRootAsync(http, core: true).ConfigureAwait(false);
                return true;
            case ["apis"]:
                await WriteRootAsync(http, core: false).ConfigureAwait(false);
                return true;
            case ["apis", var group]:
                await WriteAsync(http, _discovery.Group(group)).ConfigureAwait(false);
                return true;
            case ["api", var version]:
                await WriteAsync(http, _discovery.Resources("", version)).ConfigureAwait(false);
                return true;
            case ["apis", var group, var version]:
                await WriteAsync(http, _discovery.Resources(group, version)).ConfigureAwait(false);
                return true;
            case ["openapi", "v3"]:
                await http.WriteJsonAsync(_openApi.Index()).ConfigureAwait(false);
                return true;
            case ["openapi", "v3", "api", var version]:
                await WriteAsync(http, _openApi.Document("", version)).ConfigureAwait(false);
                return true;
            case ["openapi", "v3", "apis", var group, var version]:
                await WriteAsync(http, _openApi.Document(group, version)).ConfigureAwait(false);
                return true;
            case ["openapi", "v2"]:
                await WriteVersion2Async(http).ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }

    private static Task WriteAsync(HttpContext http, JsonObject? document) =>
        http.WriteJsonAsync(document ?? throw StatusException.NoSuchPath());

    private Task WriteRootAsync(HttpContext http, bool core)
    {
        foreach (var type in MediaType.ParseList(http.Request.Headers.Accept))
        {
            if (type.Parameter("as") == "APIGroupDiscoveryList" && type.Parameter("g") == "apidiscovery.k8s.io"
                && type.Parameter("v") is "v2" or "v2beta1")
            {
                var version = type.Parameter("v");
                http.Response.Headers.Vary = "Accept";
                return http.WriteJsonAsync(_discovery.Aggregated(core, version),
                    contentType: $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
            }
        }
        return http.WriteJsonAsync(core ? DiscoveryDocuments.CoreVersions(http.Request.Host.Value ?? "") : _discovery.Groups());
    }

    // Old clients ask for this in protobuf. A document without definitions makes them go by what they know themselves.
    private static Task WriteVersion2Async(HttpContext http) =>
        MediaType.ParseList(http.Request.Headers.Accept).Any(type => type.Type.EndsWith("+protobuf", StringComparison.Ordinal))
            ? http.WriteAsync("\u000a\u00032.0"u8.ToArray(), contentType: Protobuf)
            : http.WriteJsonAsync(new JsonObject
            {
                ["swagger"] = "2.0",
                ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "straum" },
                ["paths"] = new JsonObject(),
                ["definitions"] = new JsonObject(),
            });
}
