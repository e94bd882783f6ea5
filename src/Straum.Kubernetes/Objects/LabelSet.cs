using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Straum.Kubernetes.Objects;

/// <summary>
/// Labels or annotations: an immutable array of pairs sorted by key (ordinal), compared by content.
/// A few dozen bytes where a dictionary would take hundreds, and objects carry a handful of labels.
/// The default value is empty.
/// </summary>
public readonly struct LabelSet : IReadOnlyCollection<KeyValuePair<string, string>>, IEquatable<LabelSet>
{
    private readonly KeyValuePair<string, string>[]? _pairs;

    /// <summary>Takes pairs in any order; of two with the same key the last wins, as in JSON.</summary>
    public LabelSet(params IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var byKey = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in pairs)
        {
            byKey[key] = value;
        }
        _pairs = byKey.Count == 0 ? null : [.. byKey];
    }

    private LabelSet(KeyValuePair<string, string>[] sorted) => _pairs = sorted.Length == 0 ? null : sorted;

    /// <summary>Takes over an array with distinct keys (a decoded JSON object), and sorts it.</summary>
    internal static LabelSet FromUnsorted(KeyValuePair<string, string>[] pairs)
    {
        Array.Sort(pairs, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return new(pairs);
    }

    public int Count => _pairs is null ? 0 : _pairs.Length;

    /// <summary>The value of a key, or null when the key is absent.</summary>
    public string? this[string key] => TryGetValue(key, out var value) ? value : null;

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
    {
        foreach (var pair in AsSpan())
        {
            if (string.Equals(pair.Key, key, StringComparison.Ordinal))
            {
                value = pair.Value;
                return true;
            }
        }
        value = null;
        return false;
    }

    /// <summary>Whether every pair of <paramref name="selector"/> is present (an equality-based selector).</summary>
    public bool Matches(LabelSet selector)
    {
        foreach (var (key, value) in selector.AsSpan())
        {
            if (!TryGetValue(key, out var mine) || !string.Equals(mine, value, StringComparison.Ordinal))
            {
                return false;
            }
        }
        return true;
    }

    public ReadOnlySpan<KeyValuePair<string, string>> AsSpan() => _pairs;

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, string>>)(_pairs ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(LabelSet other)
    {
        var left = AsSpan();
        var right = other.AsSpan();
        if (left.Length != right.Length)
        {
            return false;
        }
        for (var i = 0; i < left.Length; i++)
        {
            if (!string.Equals(left[i].Key, right[i].Key, StringComparison.Ordinal)
                || !string.Equals(left[i].Value, right[i].Value, StringComparison.Ordinal))
            {
                return false;
            }
        }
        return true;
    }

    public override bool Equals(object? obj) => obj is LabelSet other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in AsSpan())
        {
            hash.Add(key);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    /// <summary>"key=value,key=value", the form that a label selector takes.</summary>
    public override string ToString() => string.Join(',', this.Select(p => $"{p.Key}={p.Value}"));

    public static bool operator ==(LabelSet left, LabelSet right) => left.Equals(right);

    public static bool operator !=(LabelSet left, LabelSet right) => !left.Equals(right);
}
