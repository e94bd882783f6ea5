using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>Moves the values of all CPUs at once: the system call has them at multiples of eight bytes.</summary>
internal sealed class PerCpuValues<TValue>(BpfMap map)
    where TValue : unmanaged
{
    private static readonly int Stride = (Unsafe.SizeOf<TValue>() + 7) & ~7;

    public unsafe bool TryRead(void* key, [NotNullWhen(true)] out TValue[]? values)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Stride * PossibleCpus.Count);
        try
        {
            int result;
            fixed (byte* bytes = buffer)
            {
                result = Libbpf.bpf_map_lookup_elem(map.Handle, key, bytes);
            }
            if (result == -(int)Errno.ENOENT)
            {
                values = null;
                return false;
            }
            Libbpf.Check(result, "map lookup", map.Name);
            values = new TValue[PossibleCpus.Count];
            for (var cpu = 0; cpu < values.Length; cpu++)
            {
                values[cpu] = MemoryMarshal.Read<TValue>(buffer.AsSpan(cpu * Stride));
            }
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public unsafe void Write(void* key, ReadOnlySpan<TValue> values)
    {
        var length = Stride * PossibleCpus.Count;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            buffer.AsSpan(0, length).Clear();
            for (var cpu = 0; cpu < values.Length; cpu++)
            {
                MemoryMarshal.Write(buffer.AsSpan(cpu * Stride), in values[cpu]);
            }
            fixed (byte* bytes = buffer)
            {
                Libbpf.Check(Libbpf.bpf_map_update_elem(map.Handle, key, bytes, Libbpf.BPF_ANY), "map update", map.Name);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
