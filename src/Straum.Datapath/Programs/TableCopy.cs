using Straum.Datapath.Layouts;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>One table of two sets: what it takes to bring its entries from the former to the next.</summary>
internal sealed class TableCopy
{
    private readonly string _former;
    private readonly string _next;
    private readonly TableConversion? _conversion;

    private TableCopy(string former, string next, bool isSame, TableConversion? conversion)
    {
        (_former, _next, _conversion) = (former, next, conversion);
        IsSame = isSame;
    }

    /// <summary>Both sets have the very same table: there is nothing to do.</summary>
    public bool IsSame { get; }

    /// <summary>Every field that both have is the same kind of thing.</summary>
    public bool IsPossible => _conversion is not null;

    /// <summary>Null when one of the sets has no such table.</summary>
    /// <param name="former">Where the former is pinned.</param>
    /// <param name="next">Where the next is pinned.</param>
    public static TableCopy? Between(string former, string next)
    {
        using var from = BpfMap.TryOpenPinned(former);
        using var to = BpfMap.TryOpenPinned(next);
        if (from is null || to is null)
        {
            return null;
        }
        var isSame = from.Info.Id == to.Info.Id;
        return new TableCopy(former, next, isSame, isSame ? null : TableConversion.Between(from.Info.ReadLayout(), to.Info.ReadLayout()));
    }

    /// <summary>Returns how many entries could not be brought over.</summary>
    /// <param name="keep">What the next set has already is newer.</param>
    public int Run(bool keep)
    {
        using var from = BpfMap.OpenPinned(_former);
        using var to = BpfMap.OpenPinned(_next);
        return _conversion!.Copy(new RawMap(from), new RawMap(to), keep);
    }
}
