using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>Deletes pods whose node does not exist: nobody is there to confirm their end.</summary>
internal sealed class PodGarbageCollector(ControllerContext context, TimeSpan quarantine) : Controller
{
    /// <summary>How long a node must be missing; a node that is being made anew may come back under its name.</summary>
    public static readonly TimeSpan DefaultQuarantine = TimeSpan.FromSeconds(40);

    private readonly Dictionary<string, DateTimeOffset> _missingSince = new(StringComparer.Ordinal);

    public override string Name => "podgc";

    public override IEnumerable<ObjectKey> Affected(StoreEvent change)
    {
        switch (change.Object.Key.Resource)
        {
            case "nodes" when change.Deleted:
                return [.. context.State.List("pods").Where(pod => PodState.Node(pod) == change.Object.Name).Select(pod => pod.Key)];
            case "nodes":
                lock (_missingSince)
                {
                    _missingSince.Remove(change.Object.Name);
                }
                return [];
            case "pods" when !change.Deleted && PodState.Node(change.Object).Length > 0 && change.Previous is null:
                return [change.Object.Key];
            default:
                return [];
        }
    }

    public override async Task<TimeSpan?> ReconcileAsync(ObjectKey key)
    {
        if (context.State.Find(key) is not { } pod || context.State.Find(new ObjectKey("nodes", "", PodState.Node(pod))) is not null)
        {
            return null;
        }
        var left = Left(PodState.Node(pod));
        if (left > TimeSpan.Zero)
        {
            return left;
        }
        await context.Writer.DeleteAsync(context.Pods, pod.Namespace, pod.Name, DeleteOptions.Now(pod.Uid)).ConfigureAwait(false);
        return null;
    }

    private TimeSpan Left(string node)
    {
        lock (_missingSince)
        {
            if (!_missingSince.TryGetValue(node, out var since))
            {
                _missingSince.Add(node, since = context.Now);
            }
            return since + quarantine - context.Now;
        }
    }
}
