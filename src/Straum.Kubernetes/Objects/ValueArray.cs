using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Straum.Kubernetes.Objects;

/// <summary>
/// An immutable array that compares by content, so that a record holding lists is equal to another with
/// the same lists. The default value is empty. Write it as a collection expression: <c>[a, b]</c>.
/// </summary>
[CollectionBuilder(typeof(ValueArray), nameof(ValueArray.Create))]
public readonly struct ValueArray<T> : IReadOnlyList<T>, IEquatable<ValueArray<T>>
{
    private readonly T[]? _items;

    internal ValueArray(T[] items) => _items = items.Length == 0 ? null : items;

    public int Length => _items is null ? 0 : _items.Length;

    public bool IsEmpty => _items is null;

    int IReadOnlyCollection<T>.Count => Length;

    public T this[int index] => AsSpan()[index];

    public ReadOnlySpan<T> AsSpan() => _items;

    public ReadOnlySpan<T>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<T>)this).GetEnumerator();

    public bool Equals(ValueArray<T> other) =>
        ReferenceEquals(_items, other._items) || AsSpan().SequenceEqual(other.AsSpan(), EqualityComparer<T>.Default);

    public override bool Equals(object? obj) => obj is ValueArray<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in AsSpan())
        {
            hash.Add(item);
        }
        return hash.ToHashCode();
    }

    public override string ToString() => "[" + string.Join(", ", (IEnumerable<T>)this) + "]";

    public static bool operator ==(ValueArray<T> left, ValueArray<T> right) => left.Equals(right);

    public static bool operator !=(ValueArray<T> left, ValueArray<T> right) => !left.Equals(right);

    /// <summary>Shares the storage: both types are immutable.</summary>
    public static implicit operator ValueArray<T>(ImmutableArray<T> items) =>
        items.IsDefaultOrEmpty ? default : new(ImmutableCollectionsMarshal.AsArray(items)!);

    /// <inheritdoc cref="op_Implicit(ImmutableArray{T})"/>
    public static implicit operator ImmutableArray<T>(ValueArray<T> items) =>
        ImmutableCollectionsMarshal.AsImmutableArray(items._items ?? []);
}

/// <summary>Makes <see cref="ValueArray{T}"/> values.</summary>
public static class ValueArray
{
    public static ValueArray<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? default : new(items.ToArray());

    public static ValueArray<T> ToValueArray<T>(this IEnumerable<T> items) => new(items.ToArray());
}
