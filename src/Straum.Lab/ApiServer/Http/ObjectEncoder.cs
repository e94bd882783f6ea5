using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;
using Straum.Lab.ApiServer.Tables;

namespace Straum.Lab.ApiServer.Http;

/// <summary>Writes objects, lists and watch payloads of one kind in one form, as UTF-8 JSON.</summary>
internal sealed class ObjectEncoder(ApiResource resource, ObjectForm form, string includeObject, TimeProvider clock)
{
    private bool _headersSent;

    /// <summary>One object; in the form of a table, one with a single row. Column headings come once per encoder.</summary>
    public void WriteObject(IBufferWriter<byte> output, StoredObject stored)
    {
        switch (form)
        {
            case ObjectForm.Table:
                WriteTable(output, [stored], stored.Revision, null, null);
                break;
            case ObjectForm.Metadata:
                output.Write(Metadata(resource.ServeObject(stored)).ToUtf8());
                break;
            default:
                output.Write(resource.Serve(stored).Span);
                break;
        }
    }

    /// <summary>A list with its own metadata.</summary>
    public void WriteList(IBufferWriter<byte> output, IReadOnlyList<StoredObject> items, long revision, string? continueToken, long? remaining)
    {
        if (form == ObjectForm.Table)
        {
            WriteTable(output, items, revision, continueToken, remaining);
            return;
        }
        var (kind, version) = form == ObjectForm.Metadata
            ? ("PartialObjectMetadataList", "meta.k8s.io/v1")
            : (resource.ListKind, resource.ApiVersion);
        Text(output, $"{{\"kind\":\"{kind}\",\"apiVersion\":\"{version}\",\"metadata\":");
        output.Write(ListMetadata(revision, continueToken, remaining).ToUtf8());
        Text(output, ",\"items\":[");
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                Text(output, ",");
            }
            WriteObject(output, items[i]);
        }
        Text(output, "]}");
    }

    /// <summary>An object without content that tells a watcher how far it has come.</summary>
    public void WriteBookmark(IBufferWriter<byte> output, long revision, bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(), ["creationTimestamp"] = null };
        if (endsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }
        var (kind, version) = form switch
        {
            ObjectForm.Table => ("Table", "meta.k8s.io/v1"),
            ObjectForm.Metadata => ("PartialObjectMetadata", "meta.k8s.io/v1"),
            _ => (resource.Kind, resource.ApiVersion),
        };
        var bookmark = new JsonObject { ["kind"] = kind, ["apiVersion"] = version };
        if (form == ObjectForm.Table)
        {
            // A row whose object carries the metadata is what table watchers look into.
            bookmark["metadata"] = new JsonObject { ["resourceVersion"] = revision.ToString() };
            bookmark["columnDefinitions"] = _headersSent ? null : resource.Table.Definitions();
            bookmark["rows"] = new JsonArray(new JsonObject
            {
                ["cells"] = new JsonArray(),
                ["object"] = new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = metadata },
            });
            _headersSent = true;
        }
        else
        {
            bookmark["metadata"] = metadata;
        }
        output.Write(bookmark.ToUtf8());
    }

    private void WriteTable(IBufferWriter<byte> output, IReadOnlyList<StoredObject> items, long revision, string? continueToken, long? remaining)
    {
        Text(output, "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":");
        output.Write(ListMetadata(revision, continueToken, remaining).ToUtf8());
        Text(output, ",\"columnDefinitions\":");
        output.Write(_headersSent ? "null"u8 : resource.Table.Definitions().ToUtf8());
        _headersSent = true;
        Text(output, ",\"rows\":[");
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                Text(output, ",");
            }
            output.Write(Row(items[i]).ToUtf8());
        }
        Text(output, "]}");
    }

    private JsonObject Row(StoredObject stored)
    {
        // Columns are those of the stored form: one layout per kind, whatever the version.
        var row = new JsonObject { ["cells"] = resource.Table.Cells(new TableRow(stored, stored.View, clock.GetUtcNow())) };
        switch (includeObject)
        {
            case "None":
                break;
            case "Object":
                row["object"] = resource.ServeObject(stored);
                break;
            default:
                row["object"] = Metadata(resource.ServeObject(stored));
                break;
        }
        return row;
    }

    private static JsonObject Metadata(JsonObject obj) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = obj["metadata"]!.DeepClone(),
    };

    private static JsonObject ListMetadata(long revision, string? continueToken, long? remaining)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString() };
        if (continueToken is not null)
        {
            metadata["continue"] = continueToken;
        }
        if (remaining is not null)
        {
            metadata["remainingItemCount"] = remaining;
        }
        return metadata;
    }

    private static void Text(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
