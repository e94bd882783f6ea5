using Straum.Datapath.Abi;

namespace Straum.Datapath.Services;

/// <summary>
/// Gives every backend in use an index of the kernel's array. An index whose last user is gone is reused only
/// after a grace period, under a new generation: the datapath may still be reading it, and flows remember it.
/// </summary>
internal sealed class BackendRegistry
{
    private sealed class Use
    {
        public uint Id;
        public int Count;
    }

    private readonly IServiceTables _tables;
    private readonly Dictionary<BackendKey, Use> _uses = [];
    private readonly Stack<uint> _free = new();
    private readonly Queue<(long At, uint Id)> _resting = new();
    private uint _next = 1; // index 0 is never used

    public BackendRegistry(IServiceTables tables) => _tables = tables;

    public int Used => _uses.Count;

    /// <summary>One more user of the backend, which is written when it is new. False when the table is full.</summary>
    public bool TryAcquire(BackendKey key, out uint id)
    {
        if (_uses.TryGetValue(key, out var use))
        {
            use.Count++;
            id = use.Id;
            return true;
        }
        // The id is taken once the write has succeeded: one that failed leaves it for the next to try.
        var isReused = _free.TryPeek(out id);
        if (!isReused)
        {
            if (_next >= _tables.BackendCapacity)
            {
                return false;
            }
            id = _next;
        }
        _tables.WriteBackend(id, new Backend
        {
            Address = key.Address,
            Port = key.Port,
            Proto = key.Protocol,
            Flags = (byte)BackendFlags.Usable,
            Generation = _tables.ReadBackend(id).Generation + 1,
        });
        if (isReused)
        {
            _free.Pop();
        }
        else
        {
            _next++;
        }
        _uses.Add(key, new Use { Id = id, Count = 1 });
        return true;
    }

    /// <summary>One user fewer.</summary>
    /// <param name="now">A timestamp of the clock that <see cref="Retire"/> is given too.</param>
    public void Release(BackendKey key, long now)
    {
        var use = _uses[key];
        if (--use.Count == 0)
        {
            _uses.Remove(key);
            _resting.Enqueue((now, use.Id));
        }
    }

    /// <summary>Whether a backend found in the kernel may keep its index: it was not met under another one.</summary>
    public bool CanRestore(BackendKey key, uint id) => !_uses.TryGetValue(key, out var use) || use.Id == id;

    /// <summary>Takes an index as found in the kernel at start; one more user of it.</summary>
    public void Restore(BackendKey key, uint id)
    {
        if (_uses.TryGetValue(key, out var use))
        {
            use.Count++;
            return;
        }
        _uses.Add(key, new Use { Id = id, Count = 1 });
    }

    /// <summary>
    /// Ends restoring: what was not restored is free, or was released by the former agent and rests, wherever it lies.
    /// Writes nothing: the watches have not synced yet.
    /// </summary>
    /// <param name="now">A timestamp of the clock that <see cref="Retire"/> is given too.</param>
    public void CompleteRestore(long now)
    {
        var used = _uses.Values.Select(u => u.Id).ToHashSet();
        _next = _tables.BackendCapacity;
        while (_next > 1 && !used.Contains(_next - 1) && _tables.ReadBackend(_next - 1).Flags == (byte)BackendFlags.Free)
        {
            _next--;
        }
        for (var id = _next - 1; id >= 1; id--)
        {
            if (used.Contains(id))
            {
                continue;
            }
            if (_tables.ReadBackend(id).Flags == (byte)BackendFlags.Free)
            {
                _free.Push(id);
            }
            else
            {
                _resting.Enqueue((now, id));
            }
        }
    }

    /// <summary>The index of a backend in use.</summary>
    public uint IdOf(BackendKey key) => _uses[key].Id;

    /// <summary>Writes again what someone else changed of the backends in use. Returns how many.</summary>
    public int Repair()
    {
        var repaired = 0;
        foreach (var (key, use) in _uses)
        {
            var backend = _tables.ReadBackend(use.Id);
            if (BackendKey.Of(backend) == key && backend.Flags == (byte)BackendFlags.Usable)
            {
                continue;
            }
            // The generation stays: flows that remember it still mean this backend.
            _tables.WriteBackend(use.Id, new Backend
            {
                Address = key.Address,
                Port = key.Port,
                Proto = key.Protocol,
                Flags = (byte)BackendFlags.Usable,
                Generation = backend.Generation,
            });
            repaired++;
        }
        return repaired;
    }

    /// <summary>Frees the indices released at or before <paramref name="before"/>.</summary>
    public void Retire(long before)
    {
        while (_resting.TryPeek(out var rest) && rest.At <= before)
        {
            _resting.Dequeue();
            MarkFree(rest.Id);
        }
    }

    // The generation stays, so that the next owner of the index gets another one.
    private void MarkFree(uint id)
    {
        _tables.WriteBackend(id, new Backend { Generation = _tables.ReadBackend(id).Generation });
        _free.Push(id);
    }
}
