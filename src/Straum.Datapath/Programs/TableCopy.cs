using Straum.Datapath.Layouts;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>One table of two sets: what it takes to bring its entries from the former to the next.</summary>
internal sealed class TableCopy
{
    private readonly Generation _former;
    private readonly Generation _next;
    private readonly string _name;
    private readonly TableConversion? _conversion;

    private TableCopy(Generation former, Generation next, string name, bool isSame, TableConversion? conversion)
    {
        (_former, _next, _name, _conversion) = (former, next, name, conversion);
        IsSame = isSame;
    }

    public string Name => _name;

    /// <summary>Both sets have the very same table: there is nothing to do.</summary>
    public bool IsSame { get; }

    /// <summary>Every field that both have is the same kind of thing.</summary>
    public bool IsPossible => _conversion is not null;

    /// <summary>Null when the former set has no such table.</summary>
    public static TableCopy? Between(Generation former, Generation next, string name)
    {
        using var from = former.TryOpen(name);
        using var to = next.TryOpen(name);
        if (from is null || to is null)
        {
            return null;
        }
        var isSame = from.Info.Id == to.Info.Id;
        return new TableCopy(former, next, name, isSame, isSame ? null : TableConversion.Between(from.Info.ReadLayout(), to.Info.ReadLayout()));
    }

    /// <summary>Returns how many entries could not be brought over.</summary>
    /// <param name="keep">What the next set has already is newer.</param>
    public int Run(bool keep)
    {
        using var from = BpfMap.OpenPinned(_former.Map(_name));
        using var to = BpfMap.OpenPinned(_next.Map(_name));
        return _conversion!.Copy(new RawMap(from), new RawMap(to), keep);
    }
}
