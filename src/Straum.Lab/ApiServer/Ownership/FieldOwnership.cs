using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.Ownership;

/// <summary>
/// Who owns which field of an object, and what follows from it (KEP-555): a write takes the fields that it changes, an
/// apply takes those that it names, refuses to change another's without <c>force</c>, and removes those that it gave up.
/// Objects that no request has written since their creation by a controller are not tracked until somebody applies them,
/// as with the real server's objects from before field ownership.
/// </summary>
internal static class FieldOwnership
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    // Owned by the server: whoever sends them sends them for identification.
    private static readonly string[] SystemMetadata =
    [
        "name", "namespace", "generateName", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink",
        "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields",
    ];

    /// <summary>The manager of a new object owns everything in it.</summary>
    public static void Create(JsonObject created, ApiResource resource, FieldManager manager, DateTimeOffset now)
    {
        var managed = new ManagedFields();
        managed.Set(manager, Own(FieldTree.Of(created, Shape.Of(resource)), resource, manager), now.ToTimestamp());
        managed.Write(created.Need("metadata"));
    }

    /// <summary>
    /// After an update: the fields that changed are the manager's alone, and those that went are nobody's. The list that the
    /// client sent counts as the one before, so that clients can edit it; an empty one resets it.
    /// </summary>
    /// <param name="before">The object in the version of <paramref name="resource"/>.</param>
    /// <param name="after">What it became; its list is written.</param>
    /// <param name="sent">The metadata that the client sent.</param>
    public static void Update(JsonObject before, JsonObject after, JsonObject sent, ApiResource resource, FieldManager manager, DateTimeOffset now)
    {
        var metadata = after.Need("metadata");
        var managed = ManagedFields.Read(sent["managedFields"] is JsonArray { Count: > 0 } ? sent : before.Object("metadata"));
        if (managed.IsEmpty && before.Object("metadata")?["managedFields"] is null)
        {
            return;
        }
        var changes = FieldChanges.Between(before, after, Shape.Of(resource));
        var set = Own(changes.Set, resource, manager);
        var removed = Own(changes.Removed, resource, manager);
        if (!set.IsEmpty || !removed.IsEmpty)
        {
            managed.TakeFromOthers(manager, set.Union(removed));
            managed.Set(manager, (managed.Find(manager) ?? new()).Union(set).Except(removed), now.ToTimestamp());
        }
        managed.Write(metadata);
    }

    /// <summary>
    /// Applies a configuration to an object, in place:
    /// (1) its fields over the object's; (2) without the fields that the manager applied before and nobody else owns;
    /// (3) what changed must not be another's, or is taken by force; (4) the manager owns what the configuration names.
    /// </summary>
    /// <exception cref="StatusException">409 with every field that belongs to another.</exception>
    public static void Apply(JsonObject target, JsonObject config, ApiResource resource, FieldManager manager, bool force, DateTimeOffset now)
    {
        var shape = Shape.Of(resource);
        var before = (JsonObject)target.DeepClone();
        var managed = ManagedFields.Read(before.Object("metadata"));
        if (managed.IsEmpty)
        {
            managed.Set(new FieldManager("before-first-apply", Applies: false, resource.ApiVersion), Own(FieldTree.Of(before, shape), resource, manager), now.ToTimestamp());
        }
        var wanted = Own(FieldTree.Of(config, shape), resource, manager);

        // :: Step 1
        config.Object("metadata")?.Remove("managedFields");
        FieldMerge.Apply(target, config, shape);
        // :: Step 2
        if (managed.Find(manager) is { } last)
        {
            FieldMerge.Prune(target, last, wanted, managed.OfOthers(manager), shape);
        }

        // :: Step 3
        var changes = FieldChanges.Between(before, target, shape);
        var set = Own(changes.Set, resource, manager);
        var removed = Own(changes.Removed, resource, manager);
        if (!force)
        {
            RefuseConflicts(managed, manager, set.Except(FromClientSideApply(before, shape, manager)));
        }
        managed.TakeFromOthers(manager, set.Union(removed));

        // :: Step 4
        if (!set.IsEmpty || !removed.IsEmpty || managed.Find(manager) is not { } earlier || !JsonNode.DeepEquals(earlier.Write(), wanted.Write()))
        {
            managed.Set(manager, wanted, now.ToTimestamp());
        }
        managed.Write(target.Need("metadata"));
    }

    // kubectl going over from client-side to server-side apply: what it wrote last in its annotation, and nobody has changed
    // since, is its own although the entry is another.
    private static FieldTree FromClientSideApply(JsonObject live, Shape shape, FieldManager manager)
    {
        if (manager.Name != "kubectl" || live.Text("metadata", "annotations", LastApplied) is not { } text)
        {
            return new FieldTree();
        }
        try
        {
            var applied = JsonFields.Parse(System.Text.Encoding.UTF8.GetBytes(text));
            return FieldTree.Of(applied, shape).Except(FieldChanges.Between(live, applied, shape).Set);
        }
        catch (System.Text.Json.JsonException)
        {
            // Anybody may write annotations.
            return new FieldTree();
        }
    }

    private static void RefuseConflicts(ManagedFields managed, FieldManager manager, FieldTree set)
    {
        var conflicts = managed.Entries
            .Where(e => e.Manager != manager)
            .SelectMany(e => e.Fields.Intersect(set).Paths().Select(path => (Manager: e.Manager.Describe(e.Time), Path: path)))
            .ToArray();
        if (conflicts.Length > 0)
        {
            throw StatusException.ApplyConflict(conflicts);
        }
    }

    // What of a set is the manager's to own: not the server's own fields, and of status and the rest only what the request writes.
    private static FieldTree Own(FieldTree all, ApiResource resource, FieldManager manager)
    {
        all.Owned = false;
        all.Remove("f:apiVersion");
        all.Remove("f:kind");
        if (manager.Subresource == "status")
        {
            var status = new FieldTree();
            if (all.Find("f:status") is { } own)
            {
                status.Put("f:status", own);
            }
            return status;
        }
        if (resource.HasStatus)
        {
            all.Remove("f:status");
        }
        if (all.Find("f:metadata") is { } metadata)
        {
            metadata.Owned = false;
            foreach (var name in SystemMetadata)
            {
                metadata.Remove("f:" + name);
            }
            if (metadata.IsEmpty)
            {
                all.Remove("f:metadata");
            }
        }
        return all;
    }
}
