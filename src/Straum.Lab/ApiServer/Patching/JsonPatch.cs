using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Patching;

/// <summary>A JSON patch, RFC 6902.</summary>
internal static class JsonPatch
{
    /// <summary>
    /// Applies the operations to <paramref name="target"/> in place, in order. Throws a
    /// <see cref="StatusException"/> at the first that does not apply; the target is then half changed and to be dropped.
    /// </summary>
    public static void Apply(JsonObject target, JsonArray patch)
    {
        foreach (var entry in patch)
        {
            if (entry is not JsonObject operation || operation.Text("op") is not { } verb || operation.Text("path") is not { } path)
            {
                throw StatusException.BadRequest("a JSON patch operation needs op and path");
            }
            var pointer = new JsonPointer(path);
            var value = operation["value"]?.DeepClone();
            switch (verb)
            {
                case "add":
                    pointer.Add(target, value);
                    break;
                case "replace":
                    pointer.Replace(target, value);
                    break;
                case "remove":
                    pointer.Remove(target);
                    break;
                case "move":
                    var from = new JsonPointer(operation.Text("from") ?? "");
                    var moved = from.Get(target)?.DeepClone();
                    from.Remove(target);
                    pointer.Add(target, moved);
                    break;
                case "copy":
                    pointer.Add(target, new JsonPointer(operation.Text("from") ?? "").Get(target)?.DeepClone());
                    break;
                case "test":
                    if (!JsonNode.DeepEquals(pointer.Get(target), value))
                    {
                        throw StatusException.Unprocessable($"testing value {path} failed: test failed");
                    }
                    break;
                default:
                    throw StatusException.BadRequest($"Unexpected kind: {verb}");
            }
        }
    }
}
