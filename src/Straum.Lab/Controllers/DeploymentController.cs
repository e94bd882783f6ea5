using System.Globalization;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>Deployment → ReplicaSets: one per pod template, rolled from the old ones to the new one.</summary>
internal sealed class DeploymentController(ControllerContext context) : Controller
{
    internal const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    private readonly OwnerIndex _sets = new();

    public override string Name => "deployment";

    public override IEnumerable<ObjectKey> Affected(StoreEvent change)
    {
        var stored = change.Object;
        switch (stored.Key.Resource)
        {
            case "deployments.apps":
                return [stored.Key];
            case "replicasets.apps":
                _sets.Apply(change);
                return new[] { stored.Controller, change.Previous?.Controller }
                    .Where(owner => owner?.Kind == "Deployment")
                    .Select(owner => context.Deployments.KeyOf(stored.Namespace, owner!.Name));
            default:
                return [];
        }
    }

    public override void Reset() => _sets.Clear();

    /// <summary>
    /// <list type="number">
    /// <item>The ReplicaSet of the current template, made if missing and allowed.</item>
    /// <item>Sizes of the new and the old ones.</item>
    /// <item>Old ones beyond the history limit go.</item>
    /// <item>Status.</item>
    /// </list>
    /// </summary>
    public override async Task<TimeSpan?> ReconcileAsync(ObjectKey key)
    {
        if (context.State.Find(key) is not { } deployment)
        {
            return null;
        }
        var sets = _sets.Of(deployment.Uid).Select(set => context.State.Find(set)).OfType<StoredObject>()
            .Where(set => set.Deleting is null).OrderBy(set => set.Created).ThenBy(set => set.Name, StringComparer.Ordinal).ToList();
        var current = sets.Find(set => IsOfTemplate(set, deployment));
        if (deployment.Deleting is null)
        {
            // :: Step 1: the ReplicaSet of the current template
            var rollout = new DeploymentRollout(context, deployment, sets, current);
            if (!deployment.View.Flag("spec", "paused"))
            {
                current = await rollout.EnsureCurrentAsync().ConfigureAwait(false);
            }

            // :: Step 2: sizes
            sets = await rollout.ScaleAsync().ConfigureAwait(false);

            // :: Step 3: history
            if (IsComplete(deployment, sets, current))
            {
                await TrimHistoryAsync(deployment, sets, current!).ConfigureAwait(false);
            }
        }

        // :: Step 4: status
        // The annotation may have changed the deployment since it was read.
        deployment = context.State.Find(key) ?? deployment;
        var status = DeploymentStatus.Of(deployment, sets, current, context.Now, out var lookAgain);
        await context.WriteStatusAsync(context.Deployments, deployment, status).ConfigureAwait(false);
        return lookAgain;
    }

    /// <summary>Whether a ReplicaSet was made from the deployment's template, its own hash label aside.</summary>
    private static bool IsOfTemplate(StoredObject set, StoredObject deployment)
    {
        var template = (JsonObject)(set.View.Object("spec", "template") ?? []).DeepClone();
        template.Object("metadata", "labels")?.Remove(DeploymentRollout.HashLabel);
        return JsonNode.DeepEquals(template, deployment.View.At("spec", "template"));
    }

    private static bool IsComplete(StoredObject deployment, List<StoredObject> sets, StoredObject? current)
    {
        var wanted = deployment.View.Number("spec", "replicas") ?? 1;
        return current is not null
            && (current.View.Number("status", "availableReplicas") ?? 0) >= wanted
            && sets.Where(set => set.Name != current.Name).All(set => (set.View.Number("status", "replicas") ?? 0) == 0);
    }

    private async Task TrimHistoryAsync(StoredObject deployment, List<StoredObject> sets, StoredObject current)
    {
        var limit = (int)(deployment.View.Number("spec", "revisionHistoryLimit") ?? 10);
        var old = sets.Where(set => set.Name != current.Name && (set.View.Number("spec", "replicas") ?? 0) == 0)
            .OrderBy(Revision).ToList();
        foreach (var set in old.Take(Math.Max(0, old.Count - limit)))
        {
            await context.Writer.DeleteAsync(context.ReplicaSets, set.Namespace, set.Name, new DeleteOptions(Uid: set.Uid)).ConfigureAwait(false);
        }
    }

    internal static long Revision(StoredObject stored) =>
        long.TryParse(stored.View.Text("metadata", "annotations", RevisionAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : 0;
}
