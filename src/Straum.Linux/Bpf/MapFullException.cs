namespace Straum.Linux.Bpf;

/// <summary>A map has no room for another entry.</summary>
public sealed class MapFullException : LinuxException
{
    internal MapFullException(BpfMap map, Errno errno)
        : base("map update", map.Name, errno, $"all {map.Info.MaxEntries} entries are in use") => Capacity = map.Info.MaxEntries;

    public int Capacity { get; }
}
