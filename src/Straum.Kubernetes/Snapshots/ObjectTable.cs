using System.Collections;
using System.Numerics;
using System.Runtime.CompilerServices;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Snapshots;

/// <summary>
/// An immutable table of objects by name: a hash trie of 32-way nodes. A changed copy shares all but the few
/// nodes on the path, and the changes between two copies are found by walking only what they do not share.
/// </summary>
/// <remarks>
/// <para>A table that changed nothing is the same instance, so <c>ReferenceEquals</c> tells a consumer whether a
/// kind changed at all. Enumeration is in no particular order, and differs between processes.</para>
/// <para>A slot holds a child node or, directly, the object: its key is part of it, so a table of 50,000 pods
/// costs about ten bytes for each. Below the last bits of the hash a node has no bitmap and holds the objects
/// whose hashes are all alike.</para>
/// </remarks>
public sealed class ObjectTable<T> : IReadOnlyCollection<T>
    where T : class, INamed
{
    private const int BitsPerLevel = 5;
    private const int HashBits = 32;

    private readonly TrieNode? _root;

    private ObjectTable(TrieNode? root, int count)
    {
        _root = root;
        Count = count;
    }

    public static ObjectTable<T> Empty { get; } = new(null, 0);

    public int Count { get; }

    /// <summary>Of two objects with the same key the later one stays.</summary>
    public static ObjectTable<T> Create(IEnumerable<T> items)
    {
        var byKey = new Dictionary<NamespacedName, T>();
        foreach (var item in items)
        {
            byKey[item.Key] = item;
        }
        if (byKey.Count == 0)
        {
            return Empty;
        }
        var leaves = new (int Hash, T Item)[byKey.Count];
        var i = 0;
        foreach (var (key, item) in byKey)
        {
            leaves[i++] = (key.GetHashCode(), item);
        }
        return new(Build(leaves, 0), leaves.Length);
    }

    /// <summary>The object with this name, or null.</summary>
    public T? Find(NamespacedName key)
    {
        var hash = key.GetHashCode();
        var node = _root;
        for (var shift = 0; node is not null; shift += BitsPerLevel)
        {
            if (node.Bitmap == 0)
            {
                return Array.Find(node.Slots, s => AsLeaf(s).Key == key) is { } found ? AsLeaf(found) : null;
            }
            var bit = BitOf(hash, shift);
            if ((node.Bitmap & bit) == 0)
            {
                return null;
            }
            var slot = node.Slots[node.IndexOf(bit)];
            if (slot is not TrieNode child)
            {
                var leaf = AsLeaf(slot);
                return leaf.Key == key ? leaf : null;
            }
            node = child;
        }
        return null;
    }

    /// <summary>Finds an object in the namespace "" or <paramref name="ns"/>.</summary>
    public T? Find(string ns, string name) => Find(new NamespacedName(ns, name));

    /// <summary>A table with this object in place of the one of the same name.</summary>
    public ObjectTable<T> Set(T item)
    {
        var hash = item.Key.GetHashCode();
        if (_root is null)
        {
            return new(new TrieNode(BitOf(hash, 0), [item]), 1);
        }
        var added = true;
        var root = Set(_root, 0, hash, item, ref added);
        return ReferenceEquals(root, _root) ? this : new(root, added ? Count + 1 : Count);
    }

    /// <summary>A table without the object of this name.</summary>
    public ObjectTable<T> Remove(NamespacedName key)
    {
        if (_root is null)
        {
            return this;
        }
        return Remove(_root, 0, key.GetHashCode(), key) switch
        {
            null => Empty,
            TrieNode root when ReferenceEquals(root, _root) => this,
            TrieNode root => new(root, Count - 1),
            var last => Empty.Set(AsLeaf(last)),
        };
    }

    /// <summary>What was added, replaced and removed since an earlier table, in no particular order.</summary>
    public IReadOnlyList<TableChange<T>> ChangesSince(ObjectTable<T> earlier)
    {
        var changes = new List<TableChange<T>>();
        Compare(earlier._root, _root, changes);
        return changes;
    }

    public IEnumerator<T> GetEnumerator()
    {
        var path = new Stack<(TrieNode Node, int Next)>();
        if (_root is not null)
        {
            path.Push((_root, 0));
        }
        while (path.TryPop(out var top))
        {
            var (node, i) = top;
            for (; i < node.Slots.Length; i++)
            {
                if (node.Slots[i] is TrieNode child)
                {
                    path.Push((node, i + 1));
                    path.Push((child, 0));
                    break;
                }
                yield return AsLeaf(node.Slots[i]);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static TrieNode Build(Span<(int Hash, T Item)> leaves, int shift)
    {
        if (shift >= HashBits)
        {
            var bucket = new object[leaves.Length];
            for (var i = 0; i < bucket.Length; i++)
            {
                bucket[i] = leaves[i].Item;
            }
            return new TrieNode(0, bucket);
        }
        leaves.Sort((a, b) => (((uint)a.Hash >> shift) & 31).CompareTo(((uint)b.Hash >> shift) & 31));
        var bitmap = 0u;
        foreach (var (hash, _) in leaves)
        {
            bitmap |= BitOf(hash, shift);
        }
        var slots = new object[BitOperations.PopCount(bitmap)];
        for (var slot = 0; slot < slots.Length; slot++)
        {
            var bit = BitOf(leaves[0].Hash, shift);
            var run = 1;
            while (run < leaves.Length && BitOf(leaves[run].Hash, shift) == bit)
            {
                run++;
            }
            slots[slot] = run == 1 ? leaves[0].Item : Build(leaves[..run], shift + BitsPerLevel);
            leaves = leaves[run..];
        }
        return new TrieNode(bitmap, slots);
    }

    private static TrieNode Set(TrieNode node, int shift, int hash, T item, ref bool added)
    {
        if (node.Bitmap == 0)
        {
            var at = Array.FindIndex(node.Slots, s => AsLeaf(s).Key == item.Key);
            added = at < 0;
            return added ? new(0, [.. node.Slots, item]) : ReferenceEquals(node.Slots[at], item) ? node : node.With(at, item);
        }
        var bit = BitOf(hash, shift);
        var index = node.IndexOf(bit);
        if ((node.Bitmap & bit) == 0)
        {
            return new(node.Bitmap | bit, [.. node.Slots.AsSpan(0, index), item, .. node.Slots.AsSpan(index)]);
        }
        if (node.Slots[index] is TrieNode child)
        {
            var changed = Set(child, shift + BitsPerLevel, hash, item, ref added);
            return ReferenceEquals(changed, child) ? node : node.With(index, changed);
        }
        var present = AsLeaf(node.Slots[index]);
        if (present.Key == item.Key)
        {
            added = false;
            return ReferenceEquals(present, item) ? node : node.With(index, item);
        }
        return node.With(index, Build([(present.Key.GetHashCode(), present), (hash, item)], shift + BitsPerLevel));
    }

    /// <summary>What is left of the node: itself, a changed node, a single object that moves up, or null.</summary>
    private static object? Remove(TrieNode node, int shift, int hash, NamespacedName key)
    {
        int index;
        if (node.Bitmap == 0)
        {
            index = Array.FindIndex(node.Slots, s => AsLeaf(s).Key == key);
            return index < 0 ? node : Shrunk(node, 0, index);
        }
        var bit = BitOf(hash, shift);
        index = node.IndexOf(bit);
        if ((node.Bitmap & bit) == 0)
        {
            return node;
        }
        if (node.Slots[index] is not TrieNode child)
        {
            return AsLeaf(node.Slots[index]).Key == key ? Shrunk(node, node.Bitmap & ~bit, index) : node;
        }
        var rest = Remove(child, shift + BitsPerLevel, hash, key)!;
        if (ReferenceEquals(rest, child))
        {
            return node;
        }
        // An object that came up alone needs no node of its own at this level either.
        return rest is not TrieNode && node.Slots.Length == 1 ? rest : node.With(index, rest);

        static object? Shrunk(TrieNode node, uint bitmap, int without) => node.Slots.Length switch
        {
            1 => null,
            2 when node.Slots[1 - without] is not TrieNode => node.Slots[1 - without],
            _ => new TrieNode(bitmap, [.. node.Slots.AsSpan(0, without), .. node.Slots.AsSpan(without + 1)]),
        };
    }

    private static void Compare(object? before, object? after, List<TableChange<T>> changes)
    {
        if (ReferenceEquals(before, after))
        {
            return;
        }
        if (before is TrieNode { Bitmap: not 0 } a && after is TrieNode { Bitmap: not 0 } b)
        {
            for (var bits = a.Bitmap | b.Bitmap; bits != 0; bits &= bits - 1)
            {
                var bit = bits & (0 - bits);
                Compare(a.SlotOf(bit), b.SlotOf(bit), changes);
            }
            return;
        }
        // A single object against a subtree, or two small buckets.
        List<T> removed = [], added = [];
        Collect(before, removed);
        Collect(after, added);
        foreach (var item in added)
        {
            var match = removed.FindIndex(r => r.Key == item.Key);
            var old = match < 0 ? null : removed[match];
            if (match >= 0)
            {
                removed.RemoveAt(match);
            }
            if (!ReferenceEquals(old, item))
            {
                changes.Add(new(old, item));
            }
        }
        foreach (var item in removed)
        {
            changes.Add(new(item, null));
        }
    }

    private static void Collect(object? slot, List<T> leaves)
    {
        if (slot is TrieNode node)
        {
            foreach (var child in node.Slots)
            {
                Collect(child, leaves);
            }
        }
        else if (slot is not null)
        {
            leaves.Add(AsLeaf(slot));
        }
    }

    private static uint BitOf(int hash, int shift) => 1u << (int)(((uint)hash >> shift) & 31);

    /// <summary>Slots hold nothing but nodes and objects, so what is no node needs no checked cast.</summary>
    private static T AsLeaf(object slot) => Unsafe.As<T>(slot);

    private sealed class TrieNode(uint bitmap, object[] slots)
    {
        public readonly uint Bitmap = bitmap;
        public readonly object[] Slots = slots;

        public int IndexOf(uint bit) => BitOperations.PopCount(Bitmap & (bit - 1));

        public object? SlotOf(uint bit) => (Bitmap & bit) == 0 ? null : Slots[IndexOf(bit)];

        public TrieNode With(int index, object slot)
        {
            var slots = (object[])Slots.Clone();
            slots[index] = slot;
            return new(Bitmap, slots);
        }
    }
}
