using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Discovery;

/// <summary>
/// OpenAPI v3, one document per group and version: enough for kubectl to find out that a kind can be patched with
/// server-side field validation, and for <c>kubectl explain</c> to show the fields.
/// </summary>
internal sealed class OpenApiDocuments(ResourceRegistry registry)
{
    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];
    private static readonly string[] Patches = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

    /// <summary>The list of documents. The hash in each address changes with its content.</summary>
    public JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var (group, version) in registry.Versions)
        {
            var hash = Convert.ToHexString(SHA256.HashData(Document(group, version)!.ToUtf8()))[..32];
            paths[PathOf(group, version)] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{PathOf(group, version)}?hash={hash}" };
        }
        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>The document of one version; null when it is not served.</summary>
    public JsonObject? Document(string group, string version)
    {
        var resources = registry.All.Where(r => r.Group == group && r.Version == version).ToList();
        if (resources.Count == 0)
        {
            return null;
        }
        var paths = new JsonObject();
        var components = new OpenApiComponents(group, version);
        foreach (var resource in resources)
        {
            AddPaths(paths, resource, components.Add(resource));
        }
        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "straum" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = components.Schemas },
        };
    }

    private static string PathOf(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private static void AddPaths(JsonObject paths, ApiResource resource, string component)
    {
        var collection = $"/{PathOf(resource.Group, resource.Version)}/{(resource.Namespaced ? "namespaces/{namespace}/" : "")}{resource.Plural}";
        paths[collection] = new JsonObject
        {
            ["get"] = Operation(resource, "list", component, []),
            ["post"] = Operation(resource, "post", component, WriteParameters, MediaTypes.Json),
        };
        if (resource.IsReview)
        {
            return;
        }
        var item = new JsonObject
        {
            ["get"] = Operation(resource, "get", component, []),
            ["put"] = Operation(resource, "put", component, WriteParameters, MediaTypes.Json),
            ["delete"] = Operation(resource, "delete", component, ["dryRun"]),
            ["patch"] = Operation(resource, "patch", component, [.. WriteParameters, "force"], Patches),
        };
        paths[collection + "/{name}"] = item;
        if (resource.HasStatus)
        {
            paths[collection + "/{name}/status"] = item.DeepClone();
        }
    }

    private static JsonObject Operation(ApiResource resource, string action, string component, string[] parameters, params string[] bodies)
    {
        var reference = new JsonObject { ["$ref"] = "#/components/schemas/" + component };
        var operation = new JsonObject
        {
            ["operationId"] = $"{action}{resource.Version}{resource.Kind}",
            ["parameters"] = new JsonArray([.. parameters.Select(name => (JsonNode)new JsonObject
            {
                ["name"] = name,
                ["in"] = "query",
                ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
            })]),
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject
                {
                    ["description"] = "OK",
                    ["content"] = new JsonObject { [MediaTypes.Json] = new JsonObject { ["schema"] = reference } },
                },
            },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = GroupVersionKind(resource),
        };
        if (bodies.Length > 0)
        {
            var content = new JsonObject();
            foreach (var type in bodies)
            {
                content[type] = new JsonObject { ["schema"] = reference.DeepClone() };
            }
            operation["requestBody"] = new JsonObject { ["content"] = content, ["required"] = true };
        }
        return operation;
    }

    internal static JsonObject GroupVersionKind(ApiResource resource) =>
        new() { ["group"] = resource.Group, ["version"] = resource.Version, ["kind"] = resource.Kind };

    private static class MediaTypes
    {
        public const string Json = "application/json";
    }
}
