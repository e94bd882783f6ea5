using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// A map as bytes, for whoever learns its layout only at run time. Values of a per-CPU map are those of all CPUs, each padded
/// to eight bytes. Reads in batches, and one by one where the map's kind has none.
/// </summary>
public sealed unsafe class RawMap(BpfMap map)
{
    private const int Batch = 1024;

    public BpfMap Map { get; } = map;

    public int KeySize => Map.Info.KeySize;

    /// <summary>Bytes of one entry's value as the kernel hands it out.</summary>
    public int ValueSize { get; } = map.Info.Type is BpfMapType.PerCpuArray or BpfMapType.PerCpuHash or BpfMapType.LruPerCpuHash
        ? (map.Info.ValueSize + 7) / 8 * 8 * PossibleCpus.Count
        : map.Info.ValueSize;

    /// <summary>All entries. What writers change meanwhile may be seen, or not, or twice. The arrays are the caller's.</summary>
    public IEnumerable<KeyValuePair<byte[], byte[]>> Entries()
    {
        var position = new byte[Math.Max(sizeof(uint), KeySize)];
        var next = new byte[position.Length];
        var keys = new byte[Batch * KeySize];
        var values = new byte[Batch * ValueSize];
        var started = false;
        while (true)
        {
            var count = (uint)(keys.Length / KeySize);
            var result = -Read(started ? position : null, next, keys, values, ref count);
            switch (result)
            {
                case 0 or (int)Errno.ENOENT:
                    for (var i = 0; i < count; i++)
                    {
                        yield return new(keys.AsSpan(i * KeySize, KeySize).ToArray(), values.AsSpan(i * ValueSize, ValueSize).ToArray());
                    }
                    if (result != 0)
                    {
                        yield break;
                    }
                    (position, next, started) = (next, position, true);
                    break;
                case (int)Errno.ENOSPC:
                    // One bucket holds more than there is room for: nothing was read.
                    (keys, values) = (new byte[keys.Length * 2], new byte[values.Length * 2]);
                    break;
                case (int)Errno.EINTR:
                    break;
                case (int)Errno.ENOTSUPP or (int)Errno.EINVAL when !started:
                    foreach (var entry in OneByOne())
                    {
                        yield return entry;
                    }
                    yield break;
                default:
                    throw new LinuxException("map read", Map.Name, (Errno)result);
            }
        }
    }

    /// <summary>Returns <c>false</c> when <paramref name="mode"/> forbids it: the key is there, or is not.</summary>
    /// <exception cref="MapFullException">There is no room.</exception>
    public bool TryUpdate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, UpdateMode mode = UpdateMode.Any)
    {
        Check(key.Length, KeySize);
        Check(value.Length, ValueSize);
        fixed (byte* k = key, v = value)
        {
            var errno = (Errno)(-Libbpf.bpf_map_update_elem(Map.Handle, k, v, (ulong)mode));
            return errno switch
            {
                Errno.None => true,
                Errno.EEXIST or Errno.ENOENT => false,
                // A full hash says E2BIG, a full trie ENOSPC.
                Errno.E2BIG or Errno.ENOSPC when Map.Info.Type is not BpfMapType.Array => throw new MapFullException(Map, errno),
                _ => throw new LinuxException("map update", Map.Name, errno),
            };
        }
    }

    /// <summary>Returns <c>false</c> when the key is absent.</summary>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        Check(key.Length, KeySize);
        Check(value.Length, ValueSize);
        fixed (byte* k = key, v = value)
        {
            var errno = (Errno)(-Libbpf.bpf_map_lookup_elem(Map.Handle, k, v));
            return errno switch { Errno.None => true, Errno.ENOENT => false, _ => throw new LinuxException("map lookup", Map.Name, errno) };
        }
    }

    private int Read(byte[]? position, byte[] next, byte[] keys, byte[] values, ref uint count)
    {
        var options = new Libbpf.bpf_map_batch_opts { sz = (nuint)sizeof(Libbpf.bpf_map_batch_opts) };
        fixed (byte* from = position, to = next, k = keys, v = values)
        fixed (uint* n = &count)
        {
            var result = Libbpf.bpf_map_lookup_batch(Map.Handle, from, to, k, v, n, &options);
            if (result != 0 && result != -(int)Errno.ENOENT)
            {
                count = 0;
            }
            return result;
        }
    }

    private IEnumerable<KeyValuePair<byte[], byte[]>> OneByOne()
    {
        byte[]? key = null;
        while (NextKey(key) is { } next)
        {
            var value = new byte[ValueSize];
            if (TryLookup(next, value))
            {
                yield return new(next, value);
            }
            key = next;
        }
    }

    private byte[]? NextKey(byte[]? key)
    {
        var next = new byte[KeySize];
        fixed (byte* from = key, to = next)
        {
            var errno = (Errno)(-Libbpf.bpf_map_get_next_key(Map.Handle, from, to));
            return errno switch { Errno.None => next, Errno.ENOENT => null, _ => throw new LinuxException("map read", Map.Name, errno) };
        }
    }

    private void Check(int length, int expected)
    {
        if (length != expected)
        {
            throw new ArgumentException($"map {Map.Name}: {length} bytes where it has {expected}");
        }
    }
}
