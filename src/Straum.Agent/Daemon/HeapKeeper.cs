namespace Straum.Agent.Daemon;

/// <summary>
/// Keeps the managed heap near the size of what lives in it. The runtime lets its youngest generation grow to five eighths of
/// the processor's last cache before it collects: on a server 20 to 160 MiB, which would be most of what an agent holds. Not
/// thread-safe: one loop owns it.
/// </summary>
/// <param name="allocated">Bytes that the process has allocated so far, by any thread.</param>
/// <param name="collect">Collects the young generations.</param>
/// <param name="giveBack">Collects everything, and gives free memory back to the kernel.</param>
internal sealed class HeapKeeper(Func<long> allocated, Action collect, Action giveBack)
{
    /// <summary>So much may be allocated before the young generations are collected.</summary>
    public const long Budget = 32L * 1024 * 1024;

    /// <summary>Who allocates less from one tick to the next is quiet. An ADD takes some 200 KiB: giving back would keep the next pod waiting.</summary>
    public const long Murmur = 64 * 1024;

    // What a quiet agent gives back it does not need again soon.
    private const int QuietTicks = 2;

    private long _collectedAt;
    private long _trimmedAt;
    private long _tickedAt;
    private int _quiet;

    /// <summary>For this process.</summary>
    public static HeapKeeper OfProcess() => new(
        () => GC.GetTotalAllocatedBytes(),
        () => GC.Collect(1, GCCollectionMode.Forced, blocking: true),
        () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));

    /// <summary>After a pass, when everything is in the kernel: nobody waits for what this takes.</summary>
    public void Passed()
    {
        _quiet = 0;
        var now = allocated();
        if (now - _collectedAt >= Budget)
        {
            collect();
            _collectedAt = now;
        }
    }

    /// <summary>
    /// A tick without a pass. Some quiet ones after a lot was allocated, as when a cluster was read, and memory goes back to the
    /// kernel. While pods come and go, or anything else is asked of the agent, none is quiet.
    /// </summary>
    public void Idle()
    {
        var now = allocated();
        _quiet = now - _tickedAt < Murmur ? _quiet + 1 : 0;
        _tickedAt = now;
        if (_quiet >= QuietTicks && now - _trimmedAt >= Budget)
        {
            giveBack();
            (_collectedAt, _trimmedAt) = (now, now);
        }
    }
}
