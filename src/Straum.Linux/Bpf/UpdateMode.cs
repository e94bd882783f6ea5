namespace Straum.Linux.Bpf;

/// <summary>What a write does with an entry that is, or is not, there (BPF_ANY, BPF_NOEXIST, BPF_EXIST).</summary>
public enum UpdateMode
{
    Any = 0,

    /// <summary>EEXIST when the key is there.</summary>
    NoExist = 1,

    /// <summary>ENOENT when the key is not there.</summary>
    Exist = 2,
}
