using Straum.Datapath.Abi;
using Straum.Datapath.Tables;

namespace Straum.Datapath.Services;

/// <summary>The Service tables in the kernel. Slots and backends are memory: writing them is no system call.</summary>
public sealed class KernelServiceTables(DatapathTables tables) : IServiceTables
{
    public uint ServiceCapacity => tables.Services.Capacity;

    public uint SlotCapacity => (uint)tables.Slots.Length;

    public uint BackendCapacity => (uint)tables.Backends.Length;

    public IEnumerable<KeyValuePair<SvcKey, SvcEntry>> ReadServices() => tables.Services.Read();

    public bool TryReadService(in SvcKey key, out SvcEntry entry) => tables.Services.TryLookup(key, out entry);

    public uint ReadSlot(uint index) => tables.Slots[(int)index];

    public Backend ReadBackend(uint id) => tables.Backends[(int)id];

    public void WriteSlots(uint start, ReadOnlySpan<uint> ids)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            tables.Slots[(int)start + i] = ids[i];
        }
    }

    public void WriteBackend(uint id, in Backend backend) => tables.Backends[(int)id] = backend;

    // The system call orders the memory written above before the entries that publish it.
    public int WriteServices(ReadOnlySpan<SvcKey> keys, ReadOnlySpan<SvcEntry> entries) => tables.Services.WriteBatch(keys, entries);

    public void DeleteServices(ReadOnlySpan<SvcKey> keys) => tables.Services.DeleteBatch(keys);
}
