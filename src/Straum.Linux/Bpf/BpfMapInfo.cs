using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>What the kernel says about a map. None of it changes while the map lives.</summary>
public sealed record BpfMapInfo
{
    public required BpfMapType Type { get; init; }

    /// <summary>Not used again until the kernel has counted through 2³¹ maps.</summary>
    public required uint Id { get; init; }

    /// <summary>In bytes.</summary>
    public required int KeySize { get; init; }

    /// <summary>In bytes, of one CPU's value for per-CPU maps.</summary>
    public required int ValueSize { get; init; }

    public required int MaxEntries { get; init; }

    public BpfMapFlags Flags { get; init; }

    /// <summary>At most 15 bytes: the kernel cuts longer names.</summary>
    public required string Name { get; init; }

    private uint BtfId { get; init; }

    private uint KeyTypeId { get; init; }

    private uint ValueTypeId { get; init; }

    /// <summary>What keys and values mean, as the kernel keeps it; <c>null</c> when whoever made the map did not say.</summary>
    public MapLayout? ReadLayout() => BtfLayouts.ReadKernel(BtfId, KeyTypeId, ValueTypeId);

    internal static unsafe BpfMapInfo Read(SafeHandle map, string subject)
    {
        Libbpf.bpf_map_info info = default;
        var length = (uint)sizeof(Libbpf.bpf_map_info);
        Libbpf.Check(Libbpf.bpf_obj_get_info_by_fd(map, &info, &length), "map info", subject);
        return new BpfMapInfo
        {
            BtfId = info.btf_id,
            KeyTypeId = info.btf_key_type_id,
            ValueTypeId = info.btf_value_type_id,
            Type = (BpfMapType)info.type,
            Id = info.id,
            KeySize = (int)info.key_size,
            ValueSize = (int)info.value_size,
            MaxEntries = (int)info.max_entries,
            Flags = (BpfMapFlags)info.map_flags,
            Name = Marshal.PtrToStringUTF8((nint)info.name) ?? "",
        };
    }
}
