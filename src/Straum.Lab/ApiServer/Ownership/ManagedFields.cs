using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Ownership;

/// <summary><c>metadata.managedFields</c>: which manager owns which fields of an object, and since when.</summary>
internal sealed class ManagedFields
{
    private readonly List<(FieldManager Manager, FieldTree Fields, string? Time)> _entries = [];

    public bool IsEmpty => _entries.Count == 0;

    public IEnumerable<(FieldManager Manager, FieldTree Fields, string? Time)> Entries => _entries;

    /// <summary>Reads an object's list. Entries without a manager or fields do not count: a list of them is how clients reset it.</summary>
    public static ManagedFields Read(JsonObject? metadata)
    {
        var managed = new ManagedFields();
        foreach (var entry in metadata?.Objects("managedFields") ?? [])
        {
            if (entry.Text("manager") is { } name && entry.Object("fieldsV1") is { } fields)
            {
                var manager = new FieldManager(name, entry.Text("operation") == "Apply", entry.Text("apiVersion") ?? "", entry.Text("subresource") ?? "");
                managed._entries.Add((manager, FieldTree.Read(fields), entry.Text("time")));
            }
        }
        return managed;
    }

    public FieldTree? Find(FieldManager manager) => _entries.Find(e => IsSame(e.Manager, manager)).Fields;

    /// <summary>All fields that others than <paramref name="manager"/> own.</summary>
    public FieldTree OfOthers(FieldManager manager) =>
        _entries.Where(e => !IsSame(e.Manager, manager)).Aggregate(new FieldTree(), static (all, e) => all.Union(e.Fields));

    /// <summary>Makes a manager's fields what they are now.</summary>
    public void Set(FieldManager manager, FieldTree fields, string time)
    {
        var index = _entries.FindIndex(e => IsSame(e.Manager, manager));
        if (index >= 0)
        {
            _entries.RemoveAt(index);
        }
        if (!fields.IsEmpty)
        {
            _entries.Insert(index >= 0 ? index : _entries.Count, (manager, fields, time));
        }
    }

    /// <summary>Takes fields from everybody but <paramref name="manager"/>.</summary>
    public void TakeFromOthers(FieldManager manager, FieldTree fields)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            var entry = _entries[i];
            if (IsSame(entry.Manager, manager))
            {
                continue;
            }
            var left = entry.Fields.Except(fields);
            if (left.IsEmpty)
            {
                _entries.RemoveAt(i);
            }
            else
            {
                _entries[i] = entry with { Fields = left };
            }
        }
    }

    /// <summary>Writes the list into an object's metadata.</summary>
    public void Write(JsonObject metadata)
    {
        if (IsEmpty)
        {
            metadata.Remove("managedFields");
            return;
        }
        metadata["managedFields"] = new JsonArray([.. _entries.Select(e => (JsonNode)Entry(e.Manager, e.Fields, e.Time))]);
    }

    private static bool IsSame(FieldManager a, FieldManager b) =>
        a.Name == b.Name && a.Applies == b.Applies && a.Subresource == b.Subresource && (a.Applies || a.ApiVersion == b.ApiVersion);

    private static JsonObject Entry(FieldManager manager, FieldTree fields, string? time)
    {
        var entry = new JsonObject
        {
            ["manager"] = manager.Name,
            ["operation"] = manager.Operation,
            ["apiVersion"] = manager.ApiVersion,
            ["time"] = time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = fields.Write(),
        };
        if (manager.Subresource.Length > 0)
        {
            entry["subresource"] = manager.Subresource;
        }
        return entry;
    }
}
