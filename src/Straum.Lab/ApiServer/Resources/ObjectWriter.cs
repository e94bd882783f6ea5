using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Ownership;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>Which part of an object a write is for.</summary>
internal enum WriteScope
{
    /// <summary>Everything but what the status subresource owns.</summary>
    Main,

    /// <summary>The status alone.</summary>
    Status,

    /// <summary><c>spec.finalizers</c> of a namespace.</summary>
    Finalize,

    /// <summary>A pod's node, together with the condition that says so.</summary>
    Binding,
}

/// <summary>
/// Creates, updates and deletes objects as the API promises it: system metadata, defaults, validation, optimistic
/// concurrency, finalizers and graceful deletion. HTTP handlers and controllers write through here; refusals are
/// <see cref="StatusException"/>s. Returned objects are in the form that the store keeps.
/// </summary>
internal sealed class ObjectWriter(ObjectStore store, TimeProvider clock)
{
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";

    // Metadata that a new object cannot bring along, and that an update leaves as it is.
    private static readonly string[] NotForClients =
        ["selfLink", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "generation"];

    private static readonly string[] Kept =
        ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName",
        "managedFields"];

    /// <summary>
    /// Creates an object, which is taken over. A <c>generateName</c> is completed until the name is free. Without a
    /// <paramref name="manager"/>, as controllers write, nobody owns its fields.
    /// </summary>
    public async Task<StoredObject> CreateAsync(ApiResource resource, string ns, JsonObject obj, bool dryRun = false, FieldManager? manager = null)
    {
        var metadata = obj.Need("metadata");
        var prefix = string.IsNullOrEmpty(metadata.Text("name")) ? metadata.Text("generateName") : null;
        for (var attempt = 1; ; attempt++)
        {
            if (!string.IsNullOrEmpty(prefix))
            {
                metadata["name"] = prefix + Random.Shared.GetString(NameAlphabet, 5);
            }
            try
            {
                return await CreateNamedAsync(resource, ns, prefix is null ? obj : (JsonObject)obj.DeepClone(), dryRun, manager).ConfigureAwait(false);
            }
            catch (StatusException e) when (e.Reason == "AlreadyExists" && prefix is not null && attempt < 8)
            {
                metadata["name"] = "";
            }
        }
    }

    /// <summary>
    /// Replaces an object by what <paramref name="change"/> makes of it. The function gets the current object in the
    /// version of <paramref name="resource"/>, may change and return it, and runs on the writer thread. What changes is the
    /// <paramref name="manager"/>'s from then on; an apply has written the owners itself.
    /// </summary>
    public async Task<StoredObject> UpdateAsync(
        ApiResource resource, string ns, string name, Func<JsonObject, JsonObject> change,
        WriteScope scope = WriteScope.Main, bool dryRun = false, FieldManager? manager = null)
    {
        StoredObject? outcome = null;
        var key = resource.KeyOf(ns, name);
        var written = await store.WriteAsync(key, (head, current) =>
        {
            if (current is null)
            {
                throw StatusException.NotFound(resource.Group, resource.Plural, name);
            }
            var updated = PrepareUpdate(resource, head, current, change, scope, manager);
            if (dryRun)
            {
                outcome = StoredObject.Create(key, current.Revision, updated);
                return StoreChange.None;
            }
            if (IsFinished(resource, updated))
            {
                outcome = StoredObject.Create(key, head.Revision + 1, updated);
                return StoreChange.Delete;
            }
            return StoreChange.Put(updated);
        }).ConfigureAwait(false);
        return outcome ?? written!;
    }

    /// <summary>
    /// Asks for the deletion of an object. It goes at once, or is marked and waits for its node or its finalizers.
    /// </summary>
    /// <returns>The object as it was or is, and whether it is gone.</returns>
    public async Task<(StoredObject Object, bool Gone)> DeleteAsync(ApiResource resource, string ns, string name, DeleteOptions options)
    {
        StoredObject? previous = null;
        var gone = false;
        var written = await store.WriteAsync(resource.KeyOf(ns, name), (_, current) =>
        {
            previous = current ?? throw StatusException.NotFound(resource.Group, resource.Plural, name);
            var obj = current.Parse();
            if (resource.Strategy.WhyUndeletable(obj) is { } why)
            {
                throw StatusException.Forbidden(resource.Group, resource.Plural, name, why);
            }
            CheckPreconditions(resource, current, options);
            var grace = MarkDeleted(resource, obj, options);
            gone = grace == 0 && current.Finalizers.Count == 0 && obj.Texts("metadata", "finalizers").FirstOrDefault() is null
                && !resource.Strategy.HoldsDeletion(obj);
            return options.DryRun ? StoreChange.None : gone ? StoreChange.Delete : StoreChange.Put(obj);
        }).ConfigureAwait(false);
        return (written ?? previous!, gone);
    }

    private async Task<StoredObject> CreateNamedAsync(ApiResource resource, string ns, JsonObject obj, bool dryRun, FieldManager? manager)
    {
        var name = obj.Text("metadata", "name") ?? "";
        var key = resource.KeyOf(ns, name);
        StoredObject? outcome = null;
        var written = await store.WriteAsync(key, (head, current) =>
        {
            RequireNamespace(resource, head, ns, name);
            if (current is not null)
            {
                throw StatusException.AlreadyExists(resource.Group, resource.Plural, name);
            }
            var created = PrepareCreate(resource, head, ns, obj, manager);
            if (dryRun)
            {
                outcome = StoredObject.Create(key, 0, created);
                return StoreChange.None;
            }
            return StoreChange.Put(created);
        }).ConfigureAwait(false);
        return outcome ?? written!;
    }

    private JsonObject PrepareCreate(ApiResource resource, StoreState head, string ns, JsonObject obj, FieldManager? manager)
    {
        var context = new WriteContext(head, clock.GetUtcNow());
        obj = resource.ToStored(obj);
        var metadata = obj.Need("metadata");
        foreach (var owned in NotForClients)
        {
            metadata.Remove(owned);
        }
        if (resource.Namespaced)
        {
            metadata["namespace"] = ns;
        }
        else
        {
            metadata.Remove("namespace");
        }
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = context.Now.ToTimestamp();
        if (resource.TracksGeneration)
        {
            metadata["generation"] = 1;
        }
        // Who applies owns what the configuration names; who creates, also what the server fills in.
        if (manager is { Applies: true } && resource.Converter is null)
        {
            FieldOwnership.Create(obj, resource, manager, context.Now);
        }
        resource.Strategy.Default(obj);
        if (manager is { Applies: false } && resource.Converter is null)
        {
            FieldOwnership.Create(obj, resource, manager, context.Now);
        }
        resource.Strategy.PrepareCreate(obj, context);
        Validate(resource, obj, null);
        return obj;
    }

    private JsonObject PrepareUpdate(
        ApiResource resource, StoreState head, StoredObject current, Func<JsonObject, JsonObject> change, WriteScope scope, FieldManager? manager)
    {
        var context = new WriteContext(head, clock.GetUtcNow());
        var changed = resource.ToStored(change(resource.ServeObject(current)));
        var sent = (JsonObject?)changed.Object("metadata")?.DeepClone() ?? [];
        var old = current.View;
        CheckVersion(resource, current, changed.Object("metadata") ?? []);
        var updated = scope switch
        {
            WriteScope.Status => WithPart(current.Parse(), changed, "status"),
            WriteScope.Finalize => WithFinalizers(current.Parse(), changed),
            WriteScope.Binding => changed,
            _ => WithMain(resource, old, changed),
        };
        resource.Strategy.Default(updated);
        if (scope == WriteScope.Main)
        {
            resource.Strategy.PrepareUpdate(updated, old, context);
        }
        var metadata = updated.Need("metadata");
        if (manager is { Applies: true })
        {
            metadata.Put("managedFields", sent["managedFields"]);
        }
        else if (manager is not null && resource.Converter is null)
        {
            FieldOwnership.Update(old, updated, sent, resource, manager, context.Now);
        }
        Validate(resource, updated, old);
        if (resource.TracksGeneration && scope == WriteScope.Main && !IsSameIntent(old, updated))
        {
            metadata["generation"] = (old.Number("metadata", "generation") ?? 0) + 1;
        }
        return updated;
    }

    // The new object with the metadata that no client can change, and with the old status when that has its own subresource.
    private static JsonObject WithMain(ApiResource resource, JsonObject old, JsonObject changed)
    {
        var metadata = changed.Need("metadata");
        metadata.Remove("selfLink");
        foreach (var kept in Kept)
        {
            metadata.Put(kept, old.At("metadata", kept));
        }
        if (resource.HasStatus)
        {
            changed.Put("status", old["status"]);
        }
        return changed;
    }

    private static JsonObject WithPart(JsonObject current, JsonObject changed, string part)
    {
        current.Put(part, changed[part]);
        return current;
    }

    private static JsonObject WithFinalizers(JsonObject current, JsonObject changed)
    {
        current.Need("spec").Put("finalizers", changed.At("spec", "finalizers"));
        return current;
    }

    private static void CheckVersion(ApiResource resource, StoredObject current, JsonObject metadata)
    {
        if (metadata.Text("uid") is { Length: > 0 } uid && uid != current.Uid)
        {
            throw StatusException.Conflict(resource.Group, resource.Plural, current.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}");
        }
        var version = metadata.Text("resourceVersion");
        if (string.IsNullOrEmpty(version) || version == "0")
        {
            if (!resource.AllowsUnconditionalUpdate)
            {
                throw StatusException.Invalid(resource.Group, resource.Kind, current.Name,
                    [StatusCause.Invalid("metadata.resourceVersion", "0x0", "must be specified for an update")]);
            }
        }
        else if (version != current.Revision.ToString())
        {
            throw StatusException.Modified(resource.Group, resource.Plural, current.Name);
        }
    }

    private static void CheckPreconditions(ApiResource resource, StoredObject current, DeleteOptions options)
    {
        if (options.Uid is { } uid && uid != current.Uid)
        {
            throw StatusException.Conflict(resource.Group, resource.Plural, current.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}");
        }
        if (options.ResourceVersion is { } version && version != current.Revision.ToString())
        {
            throw StatusException.Conflict(resource.Group, resource.Plural, current.Name,
                $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {current.Revision}");
        }
    }

    private static void Validate(ApiResource resource, JsonObject obj, JsonObject? old)
    {
        var causes = new List<StatusCause>();
        MetadataRules.Validate(obj.Need("metadata"), resource.NameRule, causes);
        if (resource.Schema is { } schema)
        {
            RequiredFields.Check(obj, schema, "", causes);
        }
        resource.Strategy.Validate(obj, old, causes);
        if (causes.Count == 0)
        {
            resource.Strategy.Allocate(obj, old, causes);
        }
        if (causes.Count > 0)
        {
            throw StatusException.Invalid(resource.Group, resource.Kind, obj.Text("metadata", "name") ?? "", causes);
        }
    }

    private static void RequireNamespace(ApiResource resource, StoreState head, string ns, string name)
    {
        if (!resource.Namespaced)
        {
            return;
        }
        if (head.Find(new ObjectKey("namespaces", "", ns)) is not { } found)
        {
            throw StatusException.NotFound("", "namespaces", ns);
        }
        if (found.Deleting is not null)
        {
            var why = $"namespace {ns} is being terminated";
            throw StatusException.Forbidden(resource.Group, resource.Plural, name,
                $"unable to create new content in namespace {ns} because it is being terminated",
                // Not a collection expression: that calls JsonArray.Add<T>, which trimming does not allow.
                new JsonArray(new JsonObject { ["reason"] = "NamespaceTerminating", ["message"] = why, ["field"] = "metadata.namespace" }));
        }
    }

    private long MarkDeleted(ApiResource resource, JsonObject obj, DeleteOptions options)
    {
        var metadata = obj.Need("metadata");
        var grace = resource.Strategy.GracePeriod(obj, options.GracePeriod);
        var left = metadata.Number("deletionGracePeriodSeconds");
        if (metadata.Text("deletionTimestamp") is null)
        {
            metadata["deletionTimestamp"] = clock.GetUtcNow().AddSeconds(grace).ToTimestamp();
            metadata["deletionGracePeriodSeconds"] = grace;
            if (metadata.Number("generation") is { } generation)
            {
                metadata["generation"] = generation + 1;
            }
            resource.Strategy.PrepareDelete(obj);
            AddFinalizer(metadata, options.Propagation);
        }
        else if (left is null || (options.GracePeriod is not null && grace < left))
        {
            // A later request can shorten the time that is left, not lengthen it.
            metadata["deletionTimestamp"] = clock.GetUtcNow().AddSeconds(grace).ToTimestamp();
            metadata["deletionGracePeriodSeconds"] = grace;
        }
        else
        {
            grace = left.Value;
        }
        return grace;
    }

    private static void AddFinalizer(JsonObject metadata, Propagation propagation)
    {
        var finalizer = propagation switch
        {
            Propagation.Foreground => ForegroundFinalizer,
            Propagation.Orphan => OrphanFinalizer,
            _ => null,
        };
        if (finalizer is not null && !metadata.Texts("finalizers").Contains(finalizer))
        {
            metadata["finalizers"] = new JsonArray([.. metadata.Texts("finalizers").Append(finalizer).Select(f => (JsonNode)f)]);
        }
    }

    private static bool IsFinished(ApiResource resource, JsonObject obj) =>
        obj.Text("metadata", "deletionTimestamp") is not null
        && (obj.Number("metadata", "deletionGracePeriodSeconds") ?? 0) == 0
        && !obj.Texts("metadata", "finalizers").Any()
        && !resource.Strategy.HoldsDeletion(obj);

    private static bool IsSameIntent(JsonObject old, JsonObject updated)
    {
        foreach (var name in old.Select(pair => pair.Key).Union(updated.Select(pair => pair.Key)))
        {
            if (name is not ("metadata" or "status" or "apiVersion" or "kind") && !JsonNode.DeepEquals(old[name], updated[name]))
            {
                return false;
            }
        }
        return true;
    }
}
