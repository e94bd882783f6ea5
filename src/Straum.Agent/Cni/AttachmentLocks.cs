using Straum.Control.Addressing;

namespace Straum.Agent.Cni;

/// <summary>
/// One at a time for each attachment, any number for different ones. A DEL that comes while the ADD of the same attachment
/// is running waits for it, so it finds all that there is to remove.
/// </summary>
internal sealed class AttachmentLocks
{
    private readonly Lock _lock = new();
    private readonly Dictionary<AddressOwner, Entry> _entries = [];

    /// <summary>Waits for its turn, in the order of the calls. Dispose of the result to end it.</summary>
    public async Task<IDisposable> EnterAsync(AddressOwner owner)
    {
        Entry? entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(owner, out entry))
            {
                _entries.Add(owner, entry = new Entry(this, owner));
            }
            entry.Users++;
        }
        await entry.Turn.WaitAsync().ConfigureAwait(false);
        return entry;
    }

    private void Leave(Entry entry)
    {
        entry.Turn.Release();
        lock (_lock)
        {
            if (--entry.Users == 0)
            {
                _entries.Remove(entry.Owner);
                entry.Turn.Dispose();
            }
        }
    }

    private sealed class Entry(AttachmentLocks locks, AddressOwner owner) : IDisposable
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public AddressOwner Owner => owner;

        public int Users { get; set; }

        public void Dispose() => locks.Leave(this);
    }
}
