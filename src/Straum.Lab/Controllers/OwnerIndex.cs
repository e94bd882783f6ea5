using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>The objects that each object owns, by the owner's uid.</summary>
internal sealed class OwnerIndex
{
    private readonly Dictionary<string, HashSet<ObjectKey>> _owned = new(StringComparer.Ordinal);

    /// <summary>The objects that name this uid as an owner.</summary>
    public IReadOnlyCollection<ObjectKey> Of(string uid) => _owned.TryGetValue(uid, out var keys) ? keys : [];

    public void Apply(StoreEvent change)
    {
        foreach (var owner in change.Previous?.Owners ?? [])
        {
            if (_owned.TryGetValue(owner.Uid, out var keys) && keys.Remove(change.Object.Key) && keys.Count == 0)
            {
                _owned.Remove(owner.Uid);
            }
        }
        if (change.Deleted)
        {
            return;
        }
        foreach (var owner in change.Object.Owners)
        {
            if (!_owned.TryGetValue(owner.Uid, out var keys))
            {
                _owned.Add(owner.Uid, keys = []);
            }
            keys.Add(change.Object.Key);
        }
    }

    public void Clear() => _owned.Clear();
}
