using System.Buffers;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Http;

/// <summary>DELETE of one object and of a collection.</summary>
internal sealed class DeleteHandler(ObjectStore store, ObjectWriter writer, ListHandler lists, TimeProvider clock)
{
    public async Task DeleteAsync(ApiCall call)
    {
        var (resource, path) = (call.Resource, call.Path);
        var options = await ReadOptionsAsync(call).ConfigureAwait(false);
        var (deleted, gone) = await writer.DeleteAsync(resource, path.Namespace, path.Name, options).ConfigureAwait(false);
        if (!gone)
        {
            await lists.WriteObjectAsync(call, deleted, options.Propagation == Propagation.Background ? 200 : 202).ConfigureAwait(false);
            return;
        }
        var details = new JsonObject { ["name"] = path.Name };
        if (resource.Group.Length > 0)
        {
            details["group"] = resource.Group;
        }
        details["kind"] = resource.Plural;
        details["uid"] = deleted.Uid;
        await call.Http.WriteJsonAsync(new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        }).ConfigureAwait(false);
    }

    /// <summary>Deletes every object that the selectors match, each as if it were deleted by itself; sends the list of them.</summary>
    public async Task DeleteCollectionAsync(ApiCall call)
    {
        var options = await ReadOptionsAsync(call).ConfigureAwait(false);
        var state = store.State;
        var deleted = new List<StoredObject>();
        foreach (var stored in new ObjectFilter(call).Select(state).ToList())
        {
            try
            {
                var (last, _) = await writer.DeleteAsync(call.Resource, stored.Namespace, stored.Name, options).ConfigureAwait(false);
                deleted.Add(last);
            }
            catch (StatusException e) when (e.Reason == "NotFound")
            {
                // Someone else was faster.
            }
        }
        var body = new ArrayBufferWriter<byte>();
        new ObjectEncoder(call.Resource, call.Form, call.Query("includeObject") ?? "", clock).WriteList(body, deleted, store.State.Revision, null, null);
        await call.Http.WriteAsync(body.WrittenMemory).ConfigureAwait(false);
    }

    private static async Task<DeleteOptions> ReadOptionsAsync(ApiCall call) =>
        DeleteOptions.From(await RequestBody.ReadOptionalObjectAsync(call).ConfigureAwait(false), call.Query);
}
