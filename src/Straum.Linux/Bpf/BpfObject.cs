using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>The maps and programs of a loaded object file. Disposing closes them all; attached or pinned ones live on in the kernel.</summary>
public sealed class BpfObject : IDisposable
{
    private readonly Dictionary<string, BpfMap> _maps = [];
    private readonly Dictionary<string, BpfProgram> _programs = [];

    private BpfObject()
    {
    }

    public IReadOnlyCollection<BpfMap> Maps => _maps.Values;

    public IReadOnlyCollection<BpfProgram> Programs => _programs.Values;

    /// <summary>Owned by this object.</summary>
    /// <exception cref="ArgumentException">There is no such map.</exception>
    public BpfMap Map(string name) => _maps.GetValueOrDefault(name)
        ?? throw new ArgumentException($"no map {name} was made; there are {string.Join(", ", _maps.Keys)}", nameof(name));

    /// <summary>A typed view of a map.</summary>
    /// <exception cref="ArgumentException">There is no such map, or its kind or sizes are others.</exception>
    public BpfMap<TKey, TValue> Map<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged => new(Map(name));

    /// <summary>Owned by this object.</summary>
    /// <exception cref="ArgumentException">There is no such program, or it was not to be loaded.</exception>
    public BpfProgram Program(string name) => _programs.GetValueOrDefault(name)
        ?? throw new ArgumentException($"no program {name} was loaded; there are {string.Join(", ", _programs.Keys)}", nameof(name));

    public void Dispose()
    {
        foreach (var map in _maps.Values)
        {
            map.Dispose();
        }
        foreach (var program in _programs.Values)
        {
            program.Dispose();
        }
    }

    /// <summary>Takes descriptors of its own, so that libbpf's object with all its memory can go.</summary>
    internal static BpfObject Take(IEnumerable<MapDefinition> maps, IEnumerable<ProgramDefinition> programs)
    {
        var taken = new BpfObject();
        try
        {
            foreach (var map in maps.Where(m => m.IsCreated))
            {
                taken._maps.Add(map.Name, BpfMap.Adopt(Duplicate(Libbpf.bpf_map__fd(map.Pointer), map.Name), map.Name));
            }
            foreach (var program in programs)
            {
                // Those that were not to be loaded have none.
                if (Libbpf.bpf_program__fd(program.Pointer) is var fd and >= 0)
                {
                    taken._programs.Add(program.Name, BpfProgram.Adopt(Duplicate(fd, program.Name), program.Name));
                }
            }
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private static SafeFileHandle Duplicate(int fd, string subject)
    {
        var handle = Libc.Own(Libc.fcntl(fd, Libc.F_DUPFD_CLOEXEC, 0));
        return handle.IsInvalid ? throw LinuxException.FromLastError("duplicate", subject) : handle;
    }
}
