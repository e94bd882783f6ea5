using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

/// <summary>Collects the items of one list; a list of one item, the usual case, allocates nothing else.</summary>
internal struct ArrayBuffer<T>
{
    private T[]? _items;
    private int _count;

    public void Add(T item)
    {
        _items ??= new T[1];
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }
        _items[_count++] = item;
    }

    public T[] ToArray()
    {
        Array.Resize(ref _items, _count);
        return _items;
    }

    public ValueArray<T> ToValueArray() => new(ToArray());
}
