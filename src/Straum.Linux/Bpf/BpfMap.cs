using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// A BPF map in the kernel, held by a descriptor. Its contents are read and written through a typed view, such as
/// <see cref="BpfMap{TKey,TValue}"/>, that does not own it. The map lives while this object, a program or a pin holds it.
/// </summary>
public sealed class BpfMap : IDisposable
{
    private BpfMap(SafeFileHandle handle, string? name)
    {
        Handle = handle;
        Info = BpfMapInfo.Read(handle, name ?? "");
        Name = name ?? Info.Name;
    }

    /// <summary>Owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    public BpfMapInfo Info { get; }

    /// <summary>The full name where it is known, else the kernel's.</summary>
    public string Name { get; }

    /// <summary>Makes a map.</summary>
    /// <exception cref="LinuxException">EINVAL for sizes or flags the kernel does not take, EPERM without the right, ENOMEM.</exception>
    public static unsafe BpfMap Create(BpfMapSpec spec)
    {
        var options = new Libbpf.bpf_map_create_opts
        {
            sz = (nuint)sizeof(Libbpf.bpf_map_create_opts),
            map_flags = (uint)spec.Flags,
            inner_map_fd = (uint)(spec.InnerMap?.Handle.DangerousGetHandle() ?? 0),
        };
        // A longer name is refused, not cut.
        var shortName = spec.Name.Length > 15 ? spec.Name[..15] : spec.Name;
        var handle = Libbpf.Own(
            Libbpf.bpf_map_create((uint)spec.Type, shortName, (uint)spec.KeySize, (uint)spec.ValueSize, (uint)spec.MaxEntries, &options),
            "map create", spec.Name);
        GC.KeepAlive(spec);
        return Adopt(handle, spec.Name);
    }

    /// <summary>Opens a pinned map.</summary>
    /// <exception cref="LinuxException">ENOENT when nothing is pinned there.</exception>
    public static BpfMap OpenPinned(string path) =>
        Adopt(Libbpf.Own(Libbpf.bpf_obj_get(path), "map open", path), Path.GetFileName(path));

    /// <summary>As <see cref="OpenPinned"/>, with absence as a value.</summary>
    public static BpfMap? TryOpenPinned(string path) => Pins.Exists(path) ? OpenPinned(path) : null;

    /// <exception cref="LinuxException">ENOENT when there is no such map.</exception>
    public static BpfMap OpenById(uint id) =>
        Adopt(Libbpf.Own(Libbpf.bpf_map_get_fd_by_id(id), "map open", $"id {id}"), null);

    /// <summary>Keeps the map after every process has let go of it. Directories above are made.</summary>
    /// <exception cref="LinuxException">EEXIST when something is pinned there.</exception>
    public void Pin(string path) => Pins.Create(Handle, path, "map pin");

    /// <summary>No process can write any more; programs still can. Since Linux 5.2.</summary>
    public void Freeze() => Libbpf.Check(Libbpf.bpf_map_freeze(Handle), "map freeze", Name);

    public void Dispose() => Handle.Dispose();

    public override string ToString() => Name;

    /// <summary>Takes over a descriptor of a map.</summary>
    internal static BpfMap Adopt(SafeFileHandle handle, string? name)
    {
        try
        {
            return new BpfMap(handle, name);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a view whose types are not the map's bytes.</summary>
    internal void CheckSizes(int keySize, string keyType, int valueSize, string valueType)
    {
        if (keySize != Info.KeySize)
        {
            throw new ArgumentException($"map {Name}: its key has {Info.KeySize} bytes, {keyType} has {keySize}");
        }
        if (valueSize != Info.ValueSize)
        {
            throw new ArgumentException($"map {Name}: its value has {Info.ValueSize} bytes, {valueType} has {valueSize}");
        }
    }

    /// <summary>Refuses a view that reads the map's kind wrongly.</summary>
    internal void CheckType(params ReadOnlySpan<BpfMapType> accepted)
    {
        if (!accepted.Contains(Info.Type))
        {
            throw new ArgumentException($"map {Name} is {Info.Type}, expected {string.Join(" or ", accepted.ToArray())}");
        }
    }
}
