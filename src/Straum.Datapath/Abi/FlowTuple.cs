using System.Runtime.InteropServices;

namespace Straum.Datapath.Abi;

public partial struct FlowTuple
{
    /// <summary>The key under which the table `conntrack` has this flow: the smaller end first, as tuple_canonical in bpf/lib/addr.h.</summary>
    public readonly FlowTuple Canonical()
    {
        var order = Compare(Src, Dst);
        return order > 0 || (order == 0 && Sport.Raw > Dport.Raw)
            ? new FlowTuple { Src = Dst, Dst = Src, Sport = Dport, Dport = Sport, Proto = Proto }
            : this with { Pad = default };
    }

    // Word by word as the machine reads them, which is the programs' order.
    private static int Compare(in Addr left, in Addr right) =>
        MemoryMarshal.Cast<Addr, uint>(new ReadOnlySpan<Addr>(in left)).SequenceCompareTo(MemoryMarshal.Cast<Addr, uint>(new ReadOnlySpan<Addr>(in right)));
}
