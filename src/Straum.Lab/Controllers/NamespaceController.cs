using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>Gives every namespace its default ServiceAccount, and empties one that is being deleted before it goes.</summary>
internal sealed class NamespaceController(ControllerContext context) : Controller
{
    // Pods take their grace period, other objects their finalizers: looked at again this often until nothing is left.
    private static readonly TimeSpan EmptyingInterval = TimeSpan.FromMilliseconds(250);

    private readonly ApiResource _namespaces = context.Registry.Get("namespaces");
    private readonly ApiResource _accounts = context.Registry.Get("serviceaccounts");

    public override string Name => "namespace";

    public override IEnumerable<ObjectKey> Affected(StoreEvent change) =>
        change.Object.Key.Resource switch
        {
            "namespaces" => [change.Object.Key],
            "serviceaccounts" when change.Deleted => [new ObjectKey("namespaces", "", change.Object.Namespace)],
            _ => [],
        };

    public override async Task<TimeSpan?> ReconcileAsync(ObjectKey key)
    {
        if (context.State.Find(key) is not { } ns)
        {
            return null;
        }
        if (ns.Deleting is null)
        {
            if (context.State.Find(_accounts.KeyOf(ns.Name, "default")) is null)
            {
                await context.Writer.CreateAsync(_accounts, ns.Name, ApiServer.Bootstrap.DefaultServiceAccount()).ConfigureAwait(false);
            }
            return null;
        }
        var left = Contents(ns.Name).ToList();
        foreach (var (resource, stored) in left.Where(entry => entry.Stored.Deleting is null))
        {
            try
            {
                await context.Writer.DeleteAsync(resource, ns.Name, stored.Name, DeleteOptions.Default).ConfigureAwait(false);
            }
            catch (StatusException e) when (e.Reason == "NotFound")
            {
                // Its owner's controller was faster.
            }
        }
        if (Contents(ns.Name).Any())
        {
            return EmptyingInterval;
        }
        await context.Writer.UpdateAsync(_namespaces, "", ns.Name, current =>
        {
            current.Need("spec")["finalizers"] = new JsonArray();
            return current;
        }, WriteScope.Finalize).ConfigureAwait(false);
        return null;
    }

    private IEnumerable<(ApiResource Resource, StoredObject Stored)> Contents(string ns)
    {
        var state = context.State;
        return context.Registry.All.Where(r => r.Namespaced && !r.IsReview).DistinctBy(r => r.StorageKey)
            .SelectMany(resource => state.List(resource.StorageKey, ns).Select(stored => (resource, stored)));
    }
}
