using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>
/// Objects by the key=value pairs of a map that each has (labels of pods, selectors of Services), so that matching
/// thousands of Services with thousands of pods need not compare each with each.
/// </summary>
internal sealed class LabelIndex
{
    private readonly Dictionary<(string Namespace, string Key, string Value), HashSet<string>> _names = [];

    public void Add(ObjectKey key, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        foreach (var (name, value) in pairs)
        {
            var entry = (key.Namespace, name, value);
            if (!_names.TryGetValue(entry, out var names))
            {
                _names.Add(entry, names = new HashSet<string>(StringComparer.Ordinal));
            }
            names.Add(key.Name);
        }
    }

    public void Remove(ObjectKey key, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        foreach (var (name, value) in pairs)
        {
            var entry = (key.Namespace, name, value);
            if (_names.TryGetValue(entry, out var names) && names.Remove(key.Name) && names.Count == 0)
            {
                _names.Remove(entry);
            }
        }
    }

    /// <summary>Names of the objects that have this pair.</summary>
    public IReadOnlyCollection<string> Having(string ns, string key, string value) =>
        _names.TryGetValue((ns, key, value), out var names) ? names : [];

    /// <summary>Names of the objects that have all of these pairs.</summary>
    public IEnumerable<string> HavingAll(string ns, IReadOnlyCollection<KeyValuePair<string, string>> pairs)
    {
        var sets = pairs.Select(pair => Having(ns, pair.Key, pair.Value)).OrderBy(set => set.Count).ToList();
        return sets.Count == 0 ? [] : sets[0].Where(name => sets.TrueForAll(set => set.Contains(name)));
    }

    public void Clear() => _names.Clear();
}
