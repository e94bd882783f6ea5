using Straum.Datapath.Abi;

namespace Straum.Datapath.Services;

/// <summary>The kernel tables behind Services; see bpf/abi/service.h. Every write is visible to the datapath at once.</summary>
public interface IServiceTables
{
    uint ServiceCapacity { get; }
    uint SlotCapacity { get; }
    uint BackendCapacity { get; }

    IEnumerable<KeyValuePair<SvcKey, SvcEntry>> ReadServices();

    /// <summary>False when there is no such entry.</summary>
    bool TryReadService(in SvcKey key, out SvcEntry entry);

    /// <summary>The backend id in a slot.</summary>
    uint ReadSlot(uint index);

    Backend ReadBackend(uint id);

    void WriteSlots(uint start, ReadOnlySpan<uint> ids);

    void WriteBackend(uint id, in Backend backend);

    /// <summary>Publishes entries. Those before the first that failed are published; returns how many are.</summary>
    int WriteServices(ReadOnlySpan<SvcKey> keys, ReadOnlySpan<SvcEntry> entries);

    /// <summary>Removes entries; one that is absent already counts as removed.</summary>
    void DeleteServices(ReadOnlySpan<SvcKey> keys);
}
