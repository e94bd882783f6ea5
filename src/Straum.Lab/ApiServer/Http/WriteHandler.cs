using System.Text.Json;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Ownership;
using Straum.Lab.ApiServer.Patching;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Schemas;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Http;

/// <summary>POST, PUT and PATCH of objects and of their status.</summary>
internal sealed class WriteHandler(ObjectWriter writer, ListHandler lists, TimeProvider clock)
{
    private const string JsonPatchType = "application/json-patch+json";
    private const string MergePatchType = "application/merge-patch+json";
    private const string StrategicPatchType = "application/strategic-merge-patch+json";
    private const string ApplyPatchType = "application/apply-patch+yaml";

    public async Task CreateAsync(ApiCall call)
    {
        var body = await RequestBody.ReadObjectAsync(call).ConfigureAwait(false);
        CheckIdentity(call, body);
        Decode(call, body);
        var created = await writer.CreateAsync(call.Resource, call.Path.Namespace, body, call.DryRun, ManagerOf(call, WriteScope.Main)).ConfigureAwait(false);
        await AnswerAsync(call, created, WriteScope.Main, 201).ConfigureAwait(false);
    }

    public async Task UpdateAsync(ApiCall call, WriteScope scope)
    {
        var body = await RequestBody.ReadObjectAsync(call).ConfigureAwait(false);
        CheckIdentity(call, body);
        Decode(call, body);
        var updated = await writer.UpdateAsync(
            call.Resource, call.Path.Namespace, call.Path.Name, _ => body, scope, call.DryRun, ManagerOf(call, scope)).ConfigureAwait(false);
        await AnswerAsync(call, updated, scope, 200).ConfigureAwait(false);
    }

    public async Task PatchAsync(ApiCall call, WriteScope scope)
    {
        var type = MediaType.Parse(call.Http.Request.ContentType ?? "").Type;
        var content = await RequestBody.ReadAsync(call).ConfigureAwait(false);
        if (type == ApplyPatchType)
        {
            await ApplyAsync(call, content, scope).ConfigureAwait(false);
            return;
        }
        var patch = Parse(call, type, content);
        IReadOnlyList<string> unknown = [];
        var updated = await writer.UpdateAsync(call.Resource, call.Path.Namespace, call.Path.Name, current =>
        {
            patch(current);
            CheckIdentity(call, current);
            unknown = Check(call, current);
            return current;
        }, scope, call.DryRun, ManagerOf(call, scope)).ConfigureAwait(false);
        Warn(call, unknown);
        await AnswerAsync(call, updated, scope, 200).ConfigureAwait(false);
    }

    /// <summary>Server-side apply: see <see cref="FieldOwnership.Apply"/>. What is not there is made.</summary>
    private async Task ApplyAsync(ApiCall call, ReadOnlyMemory<byte> content, WriteScope scope)
    {
        if (string.IsNullOrEmpty(call.Query("fieldManager")))
        {
            throw StatusException.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        }
        var body = RequestBody.ParseYaml(content.Span);
        if (body.Array("metadata", "managedFields") is { Count: > 0 })
        {
            throw StatusException.BadRequest("metadata.managedFields must be nil");
        }
        CheckIdentity(call, body);
        Decode(call, body);
        var manager = ManagerOf(call, scope, applies: true);
        StoredObject applied;
        var code = 200;
        try
        {
            applied = await writer.UpdateAsync(call.Resource, call.Path.Namespace, call.Path.Name, current =>
            {
                FieldOwnership.Apply(current, (JsonObject)body.DeepClone(), call.Resource, manager, call.Flag("force"), clock.GetUtcNow());
                return current;
            }, scope, call.DryRun, manager).ConfigureAwait(false);
        }
        catch (StatusException e) when (e.Reason == "NotFound" && scope == WriteScope.Main)
        {
            body.Need("metadata")["name"] = call.Path.Name;
            applied = await writer.CreateAsync(call.Resource, call.Path.Namespace, body, call.DryRun, manager).ConfigureAwait(false);
            code = 201;
        }
        await AnswerAsync(call, applied, scope, code).ConfigureAwait(false);
    }

    private Task AnswerAsync(ApiCall call, StoredObject written, WriteScope scope, int code)
    {
        foreach (var warning in scope == WriteScope.Main ? call.Resource.Strategy.Warnings(written.View) : [])
        {
            call.Http.Warn(warning);
        }
        return lists.WriteObjectAsync(call, written, code);
    }

    private static FieldManager ManagerOf(ApiCall call, WriteScope scope, bool applies = false) => new(
        FieldManager.NameOf(call.Query("fieldManager"), call.Http.Request.Headers.UserAgent.ToString()),
        applies, call.Resource.ApiVersion, scope == WriteScope.Status ? "status" : "");

    private static Action<JsonObject> Parse(ApiCall call, string type, ReadOnlyMemory<byte> content)
    {
        switch (type)
        {
            case JsonPatchType:
                var operations = ParseOperations(content);
                return target => JsonPatch.Apply(target, operations);
            case MergePatchType:
                var merge = RequestBody.ParseJson(content.Span);
                return target => MergePatch.Apply(target, merge);
            case StrategicPatchType when call.Resource.Schema is { } schema:
                var strategic = RequestBody.ParseJson(content.Span);
                return target => StrategicMergePatch.Apply(target, strategic, schema);
            default:
                throw StatusException.UnsupportedMediaType(string.Join(", ", call.Resource.Schema is null
                    ? [JsonPatchType, MergePatchType, ApplyPatchType]
                    : (string[])[JsonPatchType, MergePatchType, StrategicPatchType, ApplyPatchType]));
        }
    }

    private static JsonArray ParseOperations(ReadOnlyMemory<byte> content)
    {
        try
        {
            return JsonNode.Parse(content.Span) as JsonArray ?? throw StatusException.BadRequest("a JSON patch is a list of operations");
        }
        catch (JsonException e)
        {
            throw StatusException.BadRequest("error decoding patch: " + e.Message);
        }
    }

    // What the object says of itself must agree with where it was sent; what it leaves out is filled in.
    private static void CheckIdentity(ApiCall call, JsonObject body)
    {
        var (resource, path) = (call.Resource, call.Path);
        var kind = body.Text("kind") ?? resource.Kind;
        var version = body.Text("apiVersion") ?? resource.ApiVersion;
        if (version != resource.ApiVersion)
        {
            throw StatusException.BadRequest(
                $"the API version in the data ({version}) does not match the expected API version ({resource.ApiVersion})");
        }
        if (kind != resource.Kind)
        {
            throw StatusException.BadRequest(
                $"{kind} in version \"{version}\" cannot be handled as a {resource.Kind}: " +
                $"converting ({version}.{kind}) to ({resource.ApiVersion}.{resource.Kind}): unknown conversion");
        }
        body["apiVersion"] = version;
        body["kind"] = kind;
        var metadata = body.Need("metadata");
        if (resource.Namespaced && metadata.Text("namespace") is { Length: > 0 } ns && ns != path.Namespace)
        {
            throw StatusException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
        if (path.Name.Length > 0)
        {
            if (metadata.Text("name") is { Length: > 0 } name && name != path.Name)
            {
                throw StatusException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({path.Name})");
            }
            metadata["name"] = path.Name;
        }
    }

    private static void Decode(ApiCall call, JsonObject body) => Warn(call, Check(call, body));

    private static IReadOnlyList<string> Check(ApiCall call, JsonObject body)
    {
        var resource = call.Resource;
        var unknown = resource.Schema is { } schema ? StrictDecoder.Decode(body, schema, resource.Kind, resource.Version)
            : resource.CustomSchema?.Prune(body) ?? [];
        return unknown.Count > 0 && call.Query("fieldValidation") == "Strict"
            ? throw StrictDecoder.Refusal(unknown, resource.Kind, resource.Version)
            : unknown;
    }

    private static void Warn(ApiCall call, IReadOnlyList<string> unknown)
    {
        if (call.Query("fieldValidation") != "Ignore")
        {
            foreach (var field in unknown)
            {
                call.Http.Warn(field);
            }
        }
    }
}
