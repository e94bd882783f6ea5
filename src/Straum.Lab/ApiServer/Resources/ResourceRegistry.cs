using System.Collections.Immutable;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>The kinds that are served. Built-in ones stay; custom ones come and go. Reads are lock-free.</summary>
internal sealed class ResourceRegistry
{
    private readonly Lock _lock = new();
    private readonly ImmutableList<ApiResource> _builtin;
    private ImmutableDictionary<string, ImmutableList<ApiResource>> _custom = ImmutableDictionary<string, ImmutableList<ApiResource>>.Empty;
    private Served _served;

    public ResourceRegistry(IEnumerable<ApiResource> builtin)
    {
        _builtin = [.. builtin];
        _served = new Served(_builtin);
    }

    /// <summary>All kinds and versions, built-in ones first.</summary>
    public IReadOnlyList<ApiResource> All => Volatile.Read(ref _served).All;

    /// <summary>Group and version pairs in the order of preference.</summary>
    public IEnumerable<(string Group, string Version)> Versions => All.Select(r => (r.Group, r.Version)).Distinct();

    public ApiResource? Find(string group, string version, string plural) =>
        Volatile.Read(ref _served).ByPath.GetValueOrDefault((group, version, plural));

    /// <summary>The kind by its storage key, in its preferred version.</summary>
    public ApiResource? FindStored(string storageKey) => Volatile.Read(ref _served).ByStorageKey.GetValueOrDefault(storageKey);

    /// <summary>The kind that an owner reference names.</summary>
    public ApiResource? FindKind(string apiVersion, string kind) =>
        Volatile.Read(ref _served).ByKind.GetValueOrDefault((apiVersion, kind));

    /// <summary>A built-in kind that this program itself works with.</summary>
    public ApiResource Get(string storageKey) =>
        FindStored(storageKey) ?? throw new KeyNotFoundException($"no built-in kind is stored as {storageKey}");

    /// <summary>Serves the versions that a definition declares, in place of those it declared before; none removes them.</summary>
    public void SetCustom(string definition, IEnumerable<ApiResource> versions)
    {
        lock (_lock)
        {
            ImmutableList<ApiResource> declared = [.. versions];
            _custom = declared.IsEmpty ? _custom.Remove(definition) : _custom.SetItem(definition, declared);
            Volatile.Write(ref _served, new Served(
                _builtin.AddRange(_custom.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value))));
        }
    }

    private sealed class Served
    {
        public Served(ImmutableList<ApiResource> all)
        {
            All = all;
            foreach (var resource in all)
            {
                ByPath.TryAdd((resource.Group, resource.Version, resource.Plural), resource);
                ByKind.TryAdd((resource.ApiVersion, resource.Kind), resource);
                ByStorageKey.TryAdd(resource.StorageKey, resource);
            }
        }

        public ImmutableList<ApiResource> All { get; }

        public Dictionary<(string Group, string Version, string Plural), ApiResource> ByPath { get; } = [];

        public Dictionary<(string ApiVersion, string Kind), ApiResource> ByKind { get; } = [];

        public Dictionary<string, ApiResource> ByStorageKey { get; } = new(StringComparer.Ordinal);
    }
}
