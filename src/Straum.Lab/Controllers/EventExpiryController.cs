using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>Deletes Events when they are an hour old, as the real server's time to live does, so that they do not pile up.</summary>
internal sealed class EventExpiryController(ControllerContext context, TimeSpan lifetime) : Controller
{
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    private readonly ApiResource _events = context.Registry.Get("events");

    public override string Name => "eventexpiry";

    public override IEnumerable<ObjectKey> Affected(StoreEvent change) =>
        change.Object.Key.Resource == "events" && !change.Deleted ? [change.Object.Key] : [];

    public override async Task<TimeSpan?> ReconcileAsync(ObjectKey key)
    {
        if (context.State.Find(key) is not { } found)
        {
            return null;
        }
        var left = (found.View.Time("lastTimestamp") ?? found.Created) + lifetime - context.Now;
        if (left > TimeSpan.Zero)
        {
            return left;
        }
        await context.Writer.DeleteAsync(_events, found.Namespace, found.Name, DeleteOptions.Now(found.Uid)).ConfigureAwait(false);
        return null;
    }
}
