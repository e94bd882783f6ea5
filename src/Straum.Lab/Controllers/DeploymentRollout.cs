using System.Text;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>One step of a deployment's rollout: which ReplicaSet is the new one, and how large each may be now.</summary>
internal sealed class DeploymentRollout
{
    internal const string HashLabel = "pod-template-hash";

    // No vowels and nothing that looks like another character, so that hashes spell no words.
    private const string HashAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    private readonly ControllerContext _context;
    private readonly StoredObject _deployment;
    private readonly List<StoredObject> _sets;
    private readonly int _replicas;
    private StoredObject? _current;

    /// <param name="sets">The deployment's ReplicaSets, oldest first.</param>
    /// <param name="current">The one of the current template; null when there is none yet.</param>
    public DeploymentRollout(ControllerContext context, StoredObject deployment, List<StoredObject> sets, StoredObject? current)
    {
        _context = context;
        _deployment = deployment;
        _sets = sets;
        _current = current;
        _replicas = (int)(deployment.View.Number("spec", "replicas") ?? 1);
    }

    private IEnumerable<StoredObject> Old => _sets.Where(set => set.Name != _current?.Name);

    private bool Recreates => _deployment.View.Text("spec", "strategy", "type") == "Recreate";

    /// <summary>Makes the new ReplicaSet, or marks an old one that became it again as the newest revision.</summary>
    public async Task<StoredObject?> EnsureCurrentAsync()
    {
        var newest = _sets.Where(set => set.Name != _current?.Name).Select(DeploymentController.Revision).DefaultIfEmpty(0).Max();
        if (_current is null)
        {
            if (Recreates && Old.Any(set => SizeOf(set) > 0 || (set.View.Number("status", "replicas") ?? 0) > 0))
            {
                return null; // the old pods first
            }
            _current = await CreateAsync(newest + 1).ConfigureAwait(false);
            Tell(_current.Name, 0, SizeOf(_current));
            _sets.Add(_current);
        }
        else if (DeploymentController.Revision(_current) <= newest)
        {
            _current = await UpdateAsync(_current, set => Annotate(set, newest + 1)).ConfigureAwait(false);
        }
        if (DeploymentController.Revision(_deployment) != DeploymentController.Revision(_current))
        {
            await _context.Writer.UpdateAsync(_context.Deployments, _deployment.Namespace, _deployment.Name, deployment =>
            {
                Annotate(deployment, DeploymentController.Revision(_current));
                return deployment;
            }).ConfigureAwait(false);
        }
        return _current;
    }

    /// <summary>Grows the new one and shrinks the old ones as far as the strategy allows now. Returns all as they are then.</summary>
    public async Task<List<StoredObject>> ScaleAsync()
    {
        if (_current is null)
        {
            if (Recreates && !_deployment.View.Flag("spec", "paused"))
            {
                await ShrinkOldAsync(int.MaxValue).ConfigureAwait(false);
            }
            return _sets;
        }
        var bounds = RollingUpdateBounds.Of(_deployment.View, _replicas);
        await GrowCurrentAsync(bounds).ConfigureAwait(false);
        if (Recreates)
        {
            await ShrinkOldAsync(int.MaxValue).ConfigureAwait(false);
        }
        else if (!_deployment.View.Flag("spec", "paused"))
        {
            await RollOldAsync(bounds).ConfigureAwait(false);
        }
        return _sets;
    }

    private Task GrowCurrentAsync(RollingUpdateBounds bounds)
    {
        var size = SizeOf(_current!);
        if (Recreates || size > _replicas)
        {
            return ResizeAsync(_current!, _replicas);
        }
        var room = _replicas + bounds.MaxSurge - _sets.Sum(SizeOf);
        return ResizeAsync(_current!, size + Math.Clamp(room, 0, _replicas - size));
    }

    private async Task RollOldAsync(RollingUpdateBounds bounds)
    {
        if (!Old.Any(set => SizeOf(set) > 0))
        {
            return;
        }
        var needed = _replicas - bounds.MaxUnavailable;
        var growing = SizeOf(_current!) - AvailableOf(_current!);
        var spare = _sets.Sum(SizeOf) - needed - growing;
        if (spare <= 0)
        {
            return;
        }
        // Pods that never became available are no loss; of the others only as many as are available beyond the need.
        spare -= await ShrinkOldAsync(spare, SickOf).ConfigureAwait(false);
        var surplus = Math.Min(spare, _sets.Sum(AvailableOf) - needed);
        await ShrinkOldAsync(surplus).ConfigureAwait(false);
    }

    private static int SickOf(StoredObject set) => SizeOf(set) - AvailableOf(set);

    // Takes up to `most` pods from the old ones, oldest first, and returns how many it took.
    private async Task<int> ShrinkOldAsync(int most, Func<StoredObject, int>? from = null)
    {
        var taken = 0;
        foreach (var set in Old.ToList())
        {
            var take = Math.Min((from ?? SizeOf)(set), most - taken);
            if (take > 0)
            {
                await ResizeAsync(set, SizeOf(set) - take).ConfigureAwait(false);
                taken += take;
            }
        }
        return taken;
    }

    private async Task ResizeAsync(StoredObject set, int size)
    {
        if (SizeOf(set) == size)
        {
            return;
        }
        await UpdateAsync(set, current => current.Need("spec")["replicas"] = size).ConfigureAwait(false);
        Tell(set.Name, SizeOf(set), size);
    }

    private async Task<StoredObject> UpdateAsync(StoredObject set, Action<JsonObject> change)
    {
        var updated = await _context.Writer.UpdateAsync(_context.ReplicaSets, set.Namespace, set.Name, current =>
        {
            change(current);
            return current;
        }).ConfigureAwait(false);
        _sets[_sets.FindIndex(other => other.Name == set.Name)] = updated;
        if (_current?.Name == set.Name)
        {
            _current = updated;
        }
        return updated;
    }

    private Task<StoredObject> CreateAsync(long revision)
    {
        var template = (JsonObject)(_deployment.View.Object("spec", "template") ?? []).DeepClone();
        var hash = HashOf(template, _deployment.View.Number("status", "collisionCount") ?? 0);
        template.Need("metadata", "labels")[HashLabel] = hash;
        var selector = (JsonObject)(_deployment.View.Object("spec", "selector") ?? []).DeepClone();
        selector.Need("matchLabels")[HashLabel] = hash;
        var annotations = new JsonObject { [DeploymentController.RevisionAnnotation] = revision.ToString() };
        foreach (var (name, value) in _deployment.View.Object("metadata", "annotations") ?? [])
        {
            if (name is not (DeploymentController.RevisionAnnotation or "kubectl.kubernetes.io/last-applied-configuration"))
            {
                annotations[name] = value?.DeepClone();
            }
        }
        var bounds = RollingUpdateBounds.Of(_deployment.View, _replicas);
        var room = _replicas + bounds.MaxSurge - _sets.Sum(SizeOf);
        return _context.Writer.CreateAsync(_context.ReplicaSets, _deployment.Namespace, new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{_deployment.Name}-{hash}",
                ["labels"] = template.At("metadata", "labels")!.DeepClone(),
                ["annotations"] = annotations,
                ["ownerReferences"] = new JsonArray(ControllerContext.ControllerReference(_context.Deployments, _deployment)),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = Recreates ? _replicas : Math.Clamp(room, 0, _replicas),
                ["minReadySeconds"] = _deployment.View.Number("spec", "minReadySeconds") ?? 0,
                ["selector"] = selector,
                ["template"] = template,
            },
        });
    }

    private void Tell(string set, int from, int to)
    {
        if (from != to)
        {
            _context.Events.Normal("deployment-controller", _deployment, "ScalingReplicaSet",
                $"Scaled {(to > from ? "up" : "down")} replica set {set} from {from} to {to}");
        }
    }

    private static void Annotate(JsonObject obj, long revision) =>
        obj.Need("metadata", "annotations")[DeploymentController.RevisionAnnotation] = revision.ToString();

    private static int SizeOf(StoredObject set) => (int)(set.View.Number("spec", "replicas") ?? 0);

    private static int AvailableOf(StoredObject set) => (int)Math.Min(set.View.Number("status", "availableReplicas") ?? 0, SizeOf(set));

    // FNV-1a, as short as the real one: names of pods stay readable.
    private static string HashOf(JsonObject template, long collisions)
    {
        var hash = 2166136261u;
        foreach (var octet in template.ToUtf8().Concat(Encoding.ASCII.GetBytes($"{collisions}")))
        {
            hash = (hash ^ octet) * 16777619u;
        }
        return string.Concat(hash.ToString().Select(digit => HashAlphabet[(digit - '0') * 2 % HashAlphabet.Length]));
    }
}
