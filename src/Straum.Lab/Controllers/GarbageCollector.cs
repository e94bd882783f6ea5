using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>
/// Deletes objects whose owners are gone, and lets an owner that waits for its dependents (foreground deletion) or that
/// leaves them behind (orphaning) go when that is done.
/// </summary>
internal sealed class GarbageCollector(ControllerContext context) : Controller
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";

    private readonly OwnerIndex _dependents = new();

    public override string Name => "garbagecollector";

    public override IEnumerable<ObjectKey> Affected(StoreEvent change)
    {
        _dependents.Apply(change);
        var stored = change.Object;
        var keys = new List<ObjectKey>();
        if (change.Deleted)
        {
            keys.AddRange(_dependents.Of(stored.Uid));
        }
        else if (stored.Owners.Count > 0 || IsWaiting(stored))
        {
            keys.Add(stored.Key);
        }
        // Owners that wait for this object.
        keys.AddRange(stored.Owners.Select(owner => OwnerOf(stored, owner)).OfType<StoredObject>().Where(IsWaiting).Select(owner => owner.Key));
        return keys;
    }

    public override void Reset() => _dependents.Clear();

    public override async Task<TimeSpan?> ReconcileAsync(ObjectKey key)
    {
        if (context.State.Find(key) is not { } stored || context.Registry.FindStored(key.Resource) is not { } resource)
        {
            return null;
        }
        if (IsWaiting(stored))
        {
            await ReleaseAsync(resource, stored).ConfigureAwait(false);
            return null;
        }
        if (stored.Owners.Count == 0 || stored.Deleting is not null)
        {
            return null;
        }
        var gone = stored.Owners.Where(owner => IsKnown(owner) && OwnerOf(stored, owner) is null).Select(owner => owner.Uid).ToHashSet();
        if (gone.Count == stored.Owners.Count)
        {
            await DeleteAsync(resource, stored, Propagation.Background).ConfigureAwait(false);
        }
        else if (gone.Count > 0)
        {
            await DropOwnersAsync(resource, stored, gone).ConfigureAwait(false);
        }
        return null;
    }

    private async Task ReleaseAsync(ApiResource resource, StoredObject owner)
    {
        var dependents = _dependents.Of(owner.Uid).Select(key => context.State.Find(key)).OfType<StoredObject>().ToList();
        if (owner.Finalizers.Contains(Orphan))
        {
            foreach (var dependent in dependents)
            {
                await DropOwnersAsync(context.Registry.FindStored(dependent.Key.Resource)!, dependent, [owner.Uid]).ConfigureAwait(false);
            }
            await RemoveFinalizerAsync(resource, owner, Orphan).ConfigureAwait(false);
            return;
        }
        foreach (var dependent in dependents.Where(d => d.Deleting is null))
        {
            var itsOwn = _dependents.Of(dependent.Uid).Count > 0 ? Propagation.Foreground : Propagation.Background;
            await DeleteAsync(context.Registry.FindStored(dependent.Key.Resource)!, dependent, itsOwn).ConfigureAwait(false);
        }
        var blocking = dependents.Any(d => context.State.Find(d.Key)?.Owners.Any(o => o.Uid == owner.Uid && o.BlocksDeletion) == true);
        if (!blocking)
        {
            await RemoveFinalizerAsync(resource, owner, Foreground).ConfigureAwait(false);
        }
    }

    private async Task DeleteAsync(ApiResource resource, StoredObject stored, Propagation propagation)
    {
        try
        {
            await context.Writer.DeleteAsync(resource, stored.Namespace, stored.Name, new DeleteOptions(Propagation: propagation, Uid: stored.Uid)).ConfigureAwait(false);
        }
        catch (StatusException e) when (e.Reason is "NotFound" or "Conflict")
        {
            // Gone, or another object of that name by now.
        }
    }

    private Task<StoredObject> DropOwnersAsync(ApiResource resource, StoredObject stored, HashSet<string> uids) =>
        context.Writer.UpdateAsync(resource, stored.Namespace, stored.Name, current =>
        {
            var metadata = current.Need("metadata");
            metadata["ownerReferences"] = new JsonArray([.. metadata.Objects("ownerReferences")
                .Where(owner => !uids.Contains(owner.Text("uid") ?? "")).Select(owner => (JsonNode)owner.DeepClone())]);
            return current;
        });

    private Task<StoredObject> RemoveFinalizerAsync(ApiResource resource, StoredObject stored, string finalizer) =>
        context.Writer.UpdateAsync(resource, stored.Namespace, stored.Name, current =>
        {
            var metadata = current.Need("metadata");
            metadata["finalizers"] = new JsonArray([.. metadata.Texts("finalizers").Where(f => f != finalizer).Select(f => (JsonNode)f)]);
            return current;
        });

    private static bool IsWaiting(StoredObject stored) =>
        stored.Deleting is not null && (stored.Finalizers.Contains(Foreground) || stored.Finalizers.Contains(Orphan));

    // An owner of a kind that is not served may exist elsewhere; its dependents are not ours to judge.
    private bool IsKnown(OwnerReference owner) => context.Registry.FindKind(owner.ApiVersion, owner.Kind) is not null;

    private StoredObject? OwnerOf(StoredObject stored, OwnerReference owner)
    {
        if (context.Registry.FindKind(owner.ApiVersion, owner.Kind) is not { } kind)
        {
            return null;
        }
        var found = context.State.Find(kind.KeyOf(stored.Namespace, owner.Name));
        return found?.Uid == owner.Uid ? found : null;
    }
}
