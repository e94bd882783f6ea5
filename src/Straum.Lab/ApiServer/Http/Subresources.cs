using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Ownership;
using Straum.Lab.ApiServer.Patching;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;
using Straum.Lab.ApiServer.Tables;

namespace Straum.Lab.ApiServer.Http;

/// <summary>Subresources that are not a part of their object: scale, binding and eviction.</summary>
internal sealed class Subresources(ObjectStore store, ObjectWriter writer, TimeProvider clock)
{
    public async Task GetScaleAsync(ApiCall call) =>
        await call.Http.WriteJsonAsync(ToScale(call.Resource, Find(call).View)).ConfigureAwait(false);

    /// <summary>PUT of a Scale, or a patch on one.</summary>
    public async Task WriteScaleAsync(ApiCall call, bool patch)
    {
        var resource = call.Resource;
        var body = await RequestBody.ReadAsync(call).ConfigureAwait(false);
        var type = MediaType.Parse(call.Http.Request.ContentType ?? "").Type;
        var updated = await writer.UpdateAsync(resource, call.Path.Namespace, call.Path.Name, current =>
        {
            var scale = ToScale(resource, current);
            if (!patch)
            {
                scale = RequestBody.ParseJson(body.Span);
            }
            else if (type == "application/json-patch+json")
            {
                JsonPatch.Apply(scale, JsonNode.Parse(body.Span) as JsonArray ?? throw StatusException.BadRequest("a JSON patch is a list of operations"));
            }
            else
            {
                MergePatch.Apply(scale, RequestBody.ParseJson(body.Span));
            }
            if (scale.Text("metadata", "resourceVersion") is { Length: > 0 } version && version != current.Text("metadata", "resourceVersion"))
            {
                throw StatusException.Modified(resource.Group, resource.Plural, call.Path.Name);
            }
            var replicas = scale.Number("spec", "replicas") ?? 0;
            if (replicas < 0)
            {
                throw StatusException.Invalid("autoscaling", "Scale", call.Path.Name,
                    [StatusCause.Invalid("spec.replicas", $"{replicas}", "must be greater than or equal to 0")]);
            }
            var where = resource.Scale!.SpecReplicas;
            current.Need(where.AsSpan(0, where.Length - 1))[where[^1]] = replicas;
            return current;
        }, dryRun: call.DryRun, manager: new FieldManager(
            FieldManager.NameOf(call.Query("fieldManager"), call.Http.Request.Headers.UserAgent.ToString()), false, resource.ApiVersion, "scale"))
            .ConfigureAwait(false);
        await call.Http.WriteJsonAsync(ToScale(resource, updated.View)).ConfigureAwait(false);
    }

    /// <summary>POST of a Binding: gives a pod its node, once.</summary>
    public async Task BindAsync(ApiCall call)
    {
        var body = await RequestBody.ReadObjectAsync(call).ConfigureAwait(false);
        var node = body.Text("target", "name");
        if (string.IsNullOrEmpty(node))
        {
            throw StatusException.Invalid("", "Binding", call.Path.Name, [StatusCause.Required("target.name")]);
        }
        await PodBinding.BindAsync(writer, call.Resource, call.Path.Namespace, call.Path.Name, node, clock.GetUtcNow()).ConfigureAwait(false);
        await call.Http.WriteJsonAsync(Success(), 201).ConfigureAwait(false);
    }

    /// <summary>POST of an Eviction: deletes the pod; disruption budgets are not consulted.</summary>
    public async Task EvictAsync(ApiCall call)
    {
        var body = await RequestBody.ReadObjectAsync(call).ConfigureAwait(false);
        await writer.DeleteAsync(call.Resource, call.Path.Namespace, call.Path.Name,
            DeleteOptions.From(body.Object("deleteOptions"), call.Query)).ConfigureAwait(false);
        await call.Http.WriteJsonAsync(Success(), 201).ConfigureAwait(false);
    }

    private StoredObject Find(ApiCall call) =>
        store.State.Find(call.Resource.KeyOf(call.Path.Namespace, call.Path.Name))
        ?? throw StatusException.NotFound(call.Resource.Group, call.Resource.Plural, call.Path.Name);

    private static JsonObject ToScale(ApiResource resource, JsonObject view)
    {
        var paths = resource.Scale!;
        var status = new JsonObject { ["replicas"] = view.Number(paths.StatusReplicas) ?? 0 };
        if (paths.Selector is { } where)
        {
            status["selector"] = view.Object(where) is { } selector ? WorkloadTables.SelectorText(selector) : view.Text(where) ?? "";
        }
        var metadata = new JsonObject();
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            metadata.Put(field, view.At("metadata", field));
        }
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = view.Number(paths.SpecReplicas) ?? 0 },
            ["status"] = status,
        };
    }

    private static JsonObject Success() => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Success",
        ["code"] = 201,
    };
}
