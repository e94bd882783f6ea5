namespace Straum.Doctor.Measuring;

/// <summary>How writes and syncs follow each other.</summary>
/// <param name="WriteSize">Bytes of each write.</param>
/// <param name="Writes">How many, each followed by fdatasync.</param>
/// <param name="Interval">Time from the start of one to the start of the next at least; zero to go as fast as the disk does.</param>
/// <param name="TimeLimit">Stops early; the figures then are of the writes made so far.</param>
public sealed record SyncPattern(int WriteSize, int Writes, TimeSpan Interval, TimeSpan TimeLimit)
{
    /// <summary>What the file is in the end.</summary>
    public long FileSize => (long)WriteSize * Writes;

    /// <summary>
    /// The write-ahead log of etcd: 22 MiB in writes of 2,300 bytes, each synced; what
    /// <c>fio --rw=write --ioengine=sync --fdatasync=1 --size=22m --bs=2300</c> does.
    /// </summary>
    public static SyncPattern Etcd { get; } = new(2300, 22 * 1024 * 1024 / 2300, TimeSpan.Zero, TimeSpan.FromSeconds(10));

    /// <summary>The same beside a living etcd: 50 writes a second, which its documentation asks of any disk, for four seconds.</summary>
    public static SyncPattern BesideEtcd { get; } = Etcd with { Writes = 200, Interval = TimeSpan.FromMilliseconds(20) };
}
