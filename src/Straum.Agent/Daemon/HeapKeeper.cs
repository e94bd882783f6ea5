namespace Straum.Agent.Daemon;

/// <summary>
/// Keeps the managed heap near the size of what lives in it. The runtime lets its youngest generation grow to five eighths of
/// the processor's last cache before it collects: on a server 20 to 160 MiB, which would be most of what an agent holds. Not
/// thread-safe: one loop owns it.
/// </summary>
internal sealed class HeapKeeper
{
    /// <summary>So much may be allocated before the young generations are collected.</summary>
    public const long Budget = 32L * 1024 * 1024;

    // A quiet agent allocates next to nothing: what it gives back it does not need again soon.
    private const int QuietTicks = 2;

    private long _collectedAt;
    private long _trimmedAt;
    private int _quiet;

    /// <summary>After a pass, when everything is in the kernel: nobody waits for what this takes.</summary>
    public void Passed()
    {
        _quiet = 0;
        var allocated = GC.GetTotalAllocatedBytes();
        if (allocated - _collectedAt >= Budget)
        {
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
            _collectedAt = allocated;
        }
    }

    /// <summary>A moment without a pass. Some of them after a lot was allocated, as when a cluster was read, memory goes back to the kernel.</summary>
    public void Idle()
    {
        if (++_quiet < QuietTicks)
        {
            return;
        }
        var allocated = GC.GetTotalAllocatedBytes();
        if (allocated - _trimmedAt >= Budget)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            (_collectedAt, _trimmedAt) = (allocated, allocated);
        }
    }
}
