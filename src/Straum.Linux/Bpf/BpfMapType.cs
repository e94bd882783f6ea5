namespace Straum.Linux.Bpf;

/// <summary>Kinds of BPF maps (BPF_MAP_TYPE_*) used here; the kernel has more.</summary>
public enum BpfMapType
{
    Unspecified = 0,
    Hash = 1,
    Array = 2,
    ProgramArray = 3,
    PerCpuHash = 5,
    PerCpuArray = 6,
    LruHash = 9,
    LruPerCpuHash = 10,
    LpmTrie = 11,
    ArrayOfMaps = 12,
    HashOfMaps = 13,
    SocketStorage = 24,

    /// <summary>Since Linux 5.8.</summary>
    RingBuffer = 27,
}
