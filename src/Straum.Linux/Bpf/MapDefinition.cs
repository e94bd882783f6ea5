using System.Runtime.InteropServices;
using static Straum.Linux.Interop.Libbpf;

namespace Straum.Linux.Bpf;

/// <summary>A map of an object file before loading. Settings return the definition, for more.</summary>
public sealed class MapDefinition
{
    private readonly BpfObjectFile _file;

    internal unsafe MapDefinition(BpfObjectFile file, nint pointer)
    {
        _file = file;
        Pointer = pointer;
        Name = Marshal.PtrToStringUTF8((nint)bpf_map__name(pointer)) ?? "";
    }

    /// <summary>As in the source; <c>.rodata</c>, <c>.data</c> and <c>.bss</c> for globals.</summary>
    public string Name { get; }

    public BpfMapType Type => (BpfMapType)bpf_map__type(Pointer);

    public int KeySize => (int)bpf_map__key_size(Pointer);

    public int ValueSize => (int)bpf_map__value_size(Pointer);

    public int MaxEntries => (int)bpf_map__max_entries(Pointer);

    public BpfMapFlags Flags => (BpfMapFlags)bpf_map__map_flags(Pointer);

    /// <summary>What keys and values mean; <c>null</c> for program arrays.</summary>
    public MapLayout? Layout => _file.LayoutOf(bpf_map__btf_key_type_id(Pointer), bpf_map__btf_value_type_id(Pointer));

    /// <summary>struct bpf_map *, owned by the object.</summary>
    internal nint Pointer { get; }

    internal bool IsCreated { get; private set; } = true;

    /// <summary>Overrides the number of entries in the source.</summary>
    public MapDefinition SetMaxEntries(int maxEntries) => Set(bpf_map__set_max_entries(Pointer, (uint)maxEntries), "max entries");

    public MapDefinition SetFlags(BpfMapFlags flags) => Set(bpf_map__set_map_flags(Pointer, (uint)flags), "flags");

    /// <summary>
    /// Uses the map pinned at <paramref name="path"/> if there is one, else makes the map and pins it there. Loading fails
    /// with EINVAL when the pinned map has another kind or other sizes.
    /// </summary>
    public MapDefinition SetPinPath(string path)
    {
        if (Path.GetDirectoryName(path) is { } directory)
        {
            Directory.CreateDirectory(directory);
        }
        return Set(bpf_map__set_pin_path(Pointer, path), "pin path");
    }

    /// <summary>Uses an existing map in place of making one. It may hold another number of entries, but must else be alike.</summary>
    /// <exception cref="LinuxException">EINVAL when its kind, sizes or flags are others.</exception>
    public MapDefinition Reuse(BpfMap map)
    {
        // libbpf takes over whatever it is given; a difference would come up in the verifier, or not at all.
        var (there, wanted) = (Describe(map.Info.Type, map.Info.KeySize, map.Info.ValueSize, map.Info.Flags), Describe(Type, KeySize, ValueSize, Flags));
        return there == wanted
            ? Set(bpf_map__reuse_fd(Pointer, map.Handle), "reuse")
            : throw new LinuxException("map reuse", Name, Errno.EINVAL, $"the existing map is {there}, the object wants {wanted}");
    }

    /// <summary>
    /// Uses an existing map whose values the object's programs never look into: only its kind and its keys must be alike.
    /// </summary>
    /// <exception cref="LinuxException">EINVAL when kind or keys are others.</exception>
    public MapDefinition UseKeysOf(BpfMap map) => map.Info.Type == Type && map.Info.KeySize == KeySize
        ? Set(bpf_map__reuse_fd(Pointer, map.Handle), "reuse")
        : throw new LinuxException("map reuse", Name, Errno.EINVAL, $"the existing map is {map.Info.Type} with keys of {map.Info.KeySize} bytes");

    /// <summary>For a map of maps: what the maps in it are like.</summary>
    public MapDefinition SetInnerMap(BpfMap inner) => Set(bpf_map__set_inner_map_fd(Pointer, inner.Handle), "inner map");

    /// <summary>Does not make the map; programs that use it must not be loaded either.</summary>
    public MapDefinition SetAutoCreate(bool create)
    {
        IsCreated = create;
        return Set(bpf_map__set_autocreate(Pointer, (byte)(create ? 1 : 0)), "autocreate");
    }

    private static string Describe(BpfMapType type, int keySize, int valueSize, BpfMapFlags flags) =>
        $"{type}, {keySize} → {valueSize} bytes, flags 0x{(uint)flags:x}";

    private MapDefinition Set(int result, string what)
    {
        _file.CheckNotLoaded();
        Check(result, $"map set {what}", Name);
        return this;
    }
}
