using Straum.Datapath.Abi;
using Straum.Datapath.Services;

namespace Straum.Datapath.Tests.Services;

/// <summary>The Service tables in memory. A lookup does what the datapath does, and fails on what it must never meet.</summary>
internal sealed class FakeServiceTables(uint services = 64, uint slots = 256, uint backends = 64) : IServiceTables
{
    private readonly uint[] _slots = new uint[slots];
    private readonly Backend[] _backends = new Backend[backends];

    public Dictionary<SvcKey, SvcEntry> Services { get; } = [];

    /// <summary>How many more calls succeed; the next throws.</summary>
    public int? CallsUntilFault { get; set; }

    /// <summary>How many more entries a batch writes before it throws.</summary>
    public int? EntriesUntilFault { get; set; }

    public int Writes { get; private set; }

    public uint ServiceCapacity => services;
    public uint SlotCapacity => slots;
    public uint BackendCapacity => backends;

    public IEnumerable<KeyValuePair<SvcKey, SvcEntry>> ReadServices() => [.. Services];

    public bool TryReadService(in SvcKey key, out SvcEntry entry) => Services.TryGetValue(key, out entry);

    public uint ReadSlot(uint index) => _slots[index];

    public Backend ReadBackend(uint id) => _backends[id];

    public void WriteSlots(uint start, ReadOnlySpan<uint> ids)
    {
        Called();
        ids.CopyTo(_slots.AsSpan((int)start));
        EveryEntryIsWhole();
    }

    public void WriteBackend(uint id, in Backend backend)
    {
        Called();
        _backends[id] = backend;
        EveryEntryIsWhole();
    }

    public int WriteServices(ReadOnlySpan<SvcKey> keys, ReadOnlySpan<SvcEntry> entries)
    {
        Called();
        for (var i = 0; i < keys.Length; i++)
        {
            if (EntriesUntilFault is { } left && i == left)
            {
                throw new IOException("the table refused the entry");
            }
            if (!Services.ContainsKey(keys[i]) && Services.Count == services)
            {
                return i;
            }
            Services[keys[i]] = entries[i];
            EveryEntryIsWhole();
        }
        return keys.Length;
    }

    public void DeleteServices(ReadOnlySpan<SvcKey> keys)
    {
        Called();
        foreach (var key in keys)
        {
            Services.Remove(key);
        }
    }

    /// <summary>The backends of a frontend in slot order, as "address:port"; null when it is not there.</summary>
    public string[]? Lookup(SvcKey key) => Services.TryGetValue(key, out var entry)
        ? [.. Enumerable.Range((int)entry.Base, (int)entry.Count).Select(i => _backends[_slots[i]]).Select(b => $"{b.Address}:{(ushort)b.Port}")]
        : null;

    // The invariant: at any moment, between any two writes, each published entry leads to usable backends of its protocol.
    private void EveryEntryIsWhole()
    {
        foreach (var (key, entry) in Services)
        {
            for (var i = entry.Base; i < entry.Base + entry.Count; i++)
            {
                var backend = _backends[_slots[i]];
                if (_slots[i] == 0 || (backend.Flags & (byte)BackendFlags.Usable) == 0 || backend.Proto != key.Proto)
                {
                    throw new InvalidOperationException($"{key.Vip}:{(ushort)key.Port} slot {i} leads to backend {_slots[i]}, which is not usable");
                }
            }
        }
    }

    /// <summary>Someone else writes.</summary>
    public void Meddle(uint slot, uint id) => _slots[slot] = id;

    /// <inheritdoc cref="Meddle(uint, uint)"/>
    public void Meddle(uint id, Backend backend) => _backends[id] = backend;

    private void Called()
    {
        Writes++;
        if (CallsUntilFault is { } left)
        {
            CallsUntilFault = left - 1;
            if (left <= 0)
            {
                throw new IOException("the table refused the write");
            }
        }
    }
}
