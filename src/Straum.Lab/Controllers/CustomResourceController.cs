using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.CustomResources;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>Deletes the objects of a CustomResourceDefinition that is being deleted, and then lets it go.</summary>
internal sealed class CustomResourceController(ControllerContext context) : Controller
{
    private static readonly TimeSpan EmptyingInterval = TimeSpan.FromMilliseconds(250);

    private readonly ApiResource _definitions = context.Registry.Get(CustomResourceKinds.StorageKey);

    public override string Name => "customresource";

    public override IEnumerable<ObjectKey> Affected(StoreEvent change) =>
        change.Object.Key.Resource == CustomResourceKinds.StorageKey && !change.Deleted && change.Object.Deleting is not null
            ? [change.Object.Key]
            : [];

    public override async Task<TimeSpan?> ReconcileAsync(ObjectKey key)
    {
        if (context.State.Find(key) is not { Deleting: not null } definition
            || !definition.Finalizers.Contains(CustomResourceDefinitionStrategy.Finalizer))
        {
            return null;
        }
        var kinds = CustomResourceKinds.Declare(definition.View).Take(1).ToList();
        foreach (var (kind, stored) in kinds.SelectMany(kind => context.State.List(kind.StorageKey).Select(stored => (kind, stored))))
        {
            try
            {
                await context.Writer.DeleteAsync(kind, stored.Namespace, stored.Name, DeleteOptions.Default).ConfigureAwait(false);
            }
            catch (StatusException e) when (e.Reason == "NotFound")
            {
                // Someone else was faster.
            }
        }
        if (kinds.Any(kind => context.State.List(kind.StorageKey).Any()))
        {
            return EmptyingInterval;
        }
        await context.Writer.UpdateAsync(_definitions, "", definition.Name, current =>
        {
            var metadata = current.Need("metadata");
            metadata["finalizers"] = new JsonArray([.. metadata.Texts("finalizers")
                .Where(f => f != CustomResourceDefinitionStrategy.Finalizer).Select(f => (JsonNode)f)]);
            return current;
        }).ConfigureAwait(false);
        return null;
    }
}
