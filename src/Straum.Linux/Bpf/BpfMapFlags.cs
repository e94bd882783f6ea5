namespace Straum.Linux.Bpf;

/// <summary>How a map is made (BPF_F_* of map creation).</summary>
[Flags]
public enum BpfMapFlags
{
    None = 0,

    /// <summary>Entries are allocated as they come. Required for LPM tries.</summary>
    NoPreallocation = 1,

    /// <summary>An LRU list per CPU instead of one for all.</summary>
    NoCommonLru = 2,

    /// <summary>Programs may only read.</summary>
    ReadOnlyForPrograms = 1 << 7,

    /// <summary>An array that processes may map into memory. Since Linux 5.5.</summary>
    Mappable = 1 << 10,

    /// <summary>Inner maps of a map of maps may differ in their number of entries. Since Linux 5.10.</summary>
    InnerMap = 1 << 12,
}
