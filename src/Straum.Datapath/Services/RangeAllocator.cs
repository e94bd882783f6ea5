namespace Straum.Datapath.Services;

/// <summary>
/// Hands out ranges of an array of slots: first fit over a sorted list of free extents, neighbours merged
/// on return. Ranges are short and live long, so the list stays small.
/// </summary>
public sealed class RangeAllocator
{
    // Sorted by start; no two touch.
    private readonly List<(uint Start, uint Length)> _free = [];

    /// <param name="capacity">How many slots there are.</param>
    public RangeAllocator(uint capacity)
    {
        Capacity = capacity;
        if (capacity > 0)
        {
            _free.Add((0, capacity));
        }
    }

    public uint Capacity { get; }

    public uint Used { get; private set; }

    /// <summary>False when no extent is long enough. A length of 0 always succeeds, at 0.</summary>
    public bool TryAllocate(uint length, out uint start)
    {
        start = 0;
        if (length == 0)
        {
            return true;
        }
        for (var i = 0; i < _free.Count; i++)
        {
            var extent = _free[i];
            if (extent.Length < length)
            {
                continue;
            }
            start = extent.Start;
            if (extent.Length == length)
            {
                _free.RemoveAt(i);
            }
            else
            {
                _free[i] = (extent.Start + length, extent.Length - length);
            }
            Used += length;
            return true;
        }
        return false;
    }

    /// <summary>Takes a given range, as found in the kernel at start. False when any slot of it is taken.</summary>
    public bool TryClaim(uint start, uint length)
    {
        if (length == 0)
        {
            return true;
        }
        var i = IndexOfExtentAt(start);
        if (i < 0)
        {
            return false;
        }
        var extent = _free[i];
        var end = extent.Start + extent.Length;
        if (start + length > end)
        {
            return false;
        }
        _free.RemoveAt(i);
        if (start + length < end)
        {
            _free.Insert(i, (start + length, end - start - length));
        }
        if (extent.Start < start)
        {
            _free.Insert(i, (extent.Start, start - extent.Start));
        }
        Used += length;
        return true;
    }

    /// <summary>Returns a range that was allocated or claimed.</summary>
    public void Free(uint start, uint length)
    {
        if (length == 0)
        {
            return;
        }
        Used -= length;
        var i = InsertionPoint(start);
        if (i > 0 && _free[i - 1] is var left && left.Start + left.Length == start)
        {
            (start, length) = (left.Start, left.Length + length);
            _free.RemoveAt(--i);
        }
        if (i < _free.Count && start + length == _free[i].Start)
        {
            length += _free[i].Length;
            _free.RemoveAt(i);
        }
        _free.Insert(i, (start, length));
    }

    // The first extent that starts after `start`.
    private int InsertionPoint(uint start)
    {
        var (low, high) = (0, _free.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_free[middle].Start <= start)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    private int IndexOfExtentAt(uint start)
    {
        var i = InsertionPoint(start) - 1;
        return i >= 0 && start < _free[i].Start + _free[i].Length ? i : -1;
    }
}
