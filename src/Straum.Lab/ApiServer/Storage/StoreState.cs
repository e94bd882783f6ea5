using System.Collections.Immutable;
using Objects = System.Collections.Immutable.ImmutableSortedDictionary<string, Straum.Lab.ApiServer.Storage.StoredObject>;

namespace Straum.Lab.ApiServer.Storage;

/// <summary>
/// Everything the store holds at one revision. Immutable, so a reader that keeps it keeps a consistent view over all
/// kinds; lists come out in the order of namespace and name.
/// </summary>
internal sealed class StoreState
{
    public static readonly StoreState Empty =
        new(0, ImmutableDictionary.Create<string, ImmutableSortedDictionary<string, Objects>>(StringComparer.Ordinal));

    private static readonly ImmutableSortedDictionary<string, Objects> NoNamespaces =
        ImmutableSortedDictionary.Create<string, Objects>(StringComparer.Ordinal);

    private static readonly Objects NoObjects = ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

    // resource → namespace ("" when cluster-scoped) → name
    private readonly ImmutableDictionary<string, ImmutableSortedDictionary<string, Objects>> _resources;

    private StoreState(long revision, ImmutableDictionary<string, ImmutableSortedDictionary<string, Objects>> resources)
    {
        Revision = revision;
        _resources = resources;
    }

    /// <summary>The revision of the last change that this state contains.</summary>
    public long Revision { get; }

    public IEnumerable<string> Resources => _resources.Keys;

    public StoredObject? Find(in ObjectKey key) =>
        _resources.TryGetValue(key.Resource, out var namespaces)
        && namespaces.TryGetValue(key.Namespace, out var objects)
        && objects.TryGetValue(key.Name, out var found)
            ? found
            : null;

    /// <summary>Objects of a kind: of one namespace, or of all when <paramref name="ns"/> is null.</summary>
    public IEnumerable<StoredObject> List(string resource, string? ns = null)
    {
        if (!_resources.TryGetValue(resource, out var namespaces))
        {
            return [];
        }
        if (ns is null)
        {
            return namespaces.Values.SelectMany(objects => objects.Values);
        }
        return namespaces.TryGetValue(ns, out var some) ? some.Values : [];
    }

    public StoreState With(StoredObject stored)
    {
        var key = stored.Key;
        var namespaces = _resources.GetValueOrDefault(key.Resource, NoNamespaces);
        var objects = namespaces.GetValueOrDefault(key.Namespace, NoObjects);
        return new StoreState(
            stored.Revision,
            _resources.SetItem(key.Resource, namespaces.SetItem(key.Namespace, objects.SetItem(key.Name, stored))));
    }

    public StoreState Without(in ObjectKey key, long revision)
    {
        if (Find(key) is null)
        {
            return new StoreState(revision, _resources);
        }
        var namespaces = _resources[key.Resource];
        var objects = namespaces[key.Namespace].Remove(key.Name);
        namespaces = objects.IsEmpty ? namespaces.Remove(key.Namespace) : namespaces.SetItem(key.Namespace, objects);
        return new StoreState(revision, _resources.SetItem(key.Resource, namespaces));
    }

    /// <summary>The same objects, said to be of a later revision.</summary>
    public StoreState At(long revision) => new(revision, _resources);
}
