using Straum.Datapath.Abi;
using Straum.Datapath.Conntrack;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Datapath.Tests.Packets;

namespace Straum.Datapath.Tests.Sweep;

/// <summary>As before Linux 5.14, where no program can be run for it.</summary>
public sealed class UserSpaceSweepTests(DatapathFixture kernel) : SweepTests(kernel)
{
    protected override IConntrackSweeper Sweeper => new UserSpaceSweeper(Kernel.Datapath.Tables.Conntrack);

    [Fact]
    public void KernelWithoutSyscallPrograms_LoadsAndSweepsWithoutThem()
    {
        using var pins = new TestPins();
        using var datapath = DatapathLoader.Load(new LoaderOptions
        {
            ObjectDirectory = BpfObjects.Directory,
            PinDirectory = pins.Directory,
            SweepInKernel = false,
        });
        datapath.Programs.Sweep.ShouldBeNull();
        datapath.Tables.Conntrack.TryWrite(default, new CtEntry { SeenNs = 1 }).ShouldBeTrue();

        datapath.Sweeper.Sweep().Deleted.ShouldBe(1u);

        datapath.Tables.Conntrack.Count().ShouldBe(0);
    }

    [Fact]
    public void FlowRevivedAfterItWasRead_IsKept()
    {
        var table = new RevivingTable(Kernel.Datapath.Tables.Conntrack);
        table.TryWrite(default, new CtEntry { SeenNs = 1 });

        new UserSpaceSweeper(table).Sweep(1_000_000_000_000).Deleted.ShouldBe(0u);

        table.Read().ShouldHaveSingleItem();
    }

    /// <summary>A packet comes between the reading of the table and the second look at the entry.</summary>
    private sealed class RevivingTable(ITable<FlowTuple, CtEntry> inner) : ITable<FlowTuple, CtEntry>
    {
        public string Name => inner.Name;

        public uint Capacity => inner.Capacity;

        public IEnumerable<KeyValuePair<FlowTuple, CtEntry>> Read() => inner.Read();

        public bool TryLookup(in FlowTuple key, out CtEntry value)
        {
            var found = inner.TryLookup(key, out value);
            value.SeenNs = 999_000_000_000;
            return found;
        }

        public bool TryWrite(in FlowTuple key, in CtEntry value) => inner.TryWrite(key, value);

        public void Delete(in FlowTuple key) => inner.Delete(key);
    }
}
