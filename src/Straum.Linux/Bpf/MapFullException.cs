namespace Straum.Linux.Bpf;

/// <summary>A map has no room for another entry.</summary>
public sealed class MapFullException : LinuxException
{
    internal MapFullException(BpfMap map, Errno errno, int written = 0)
        : base("map update", map.Name, errno, $"all {map.Info.MaxEntries} entries are in use")
    {
        Capacity = map.Info.MaxEntries;
        Written = written;
    }

    public int Capacity { get; }

    /// <summary>Of a batch, how many entries from its beginning are in the map.</summary>
    public int Written { get; }
}
