using System.Runtime.CompilerServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// Reads a map from its beginning to its end in batches; one by one where the map's kind has no batches, as LPM tries
/// in older kernels.
/// </summary>
internal sealed class MapCursor<TKey, TValue>(BpfMap map, int batch = MapCursor<TKey, TValue>.DefaultBatch)
    where TKey : unmanaged
    where TValue : unmanaged
{
    private const int DefaultBatch = 1024;

    // Where the kernel stands: a bucket number for hashes, a key for the others.
    private byte[] _position = new byte[Math.Max(sizeof(uint), Unsafe.SizeOf<TKey>())];
    private byte[] _next = new byte[Math.Max(sizeof(uint), Unsafe.SizeOf<TKey>())];
    private bool _started;
    private bool _ended;
    private bool _oneByOne;

    public TKey[] Keys { get; private set; } = new TKey[Math.Min(batch, map.Info.MaxEntries)];

    public TValue[] Values { get; private set; } = new TValue[Math.Min(batch, map.Info.MaxEntries)];

    /// <summary>Fills <see cref="Keys"/> and <see cref="Values"/> and returns how many; 0 at the end.</summary>
    public int Next()
    {
        while (!_ended)
        {
            var count = _oneByOne ? NextOneByOne() : NextBatch();
            if (count > 0)
            {
                return count;
            }
        }
        return 0;
    }

    private unsafe int NextBatch()
    {
        var options = new Libbpf.bpf_map_batch_opts { sz = (nuint)sizeof(Libbpf.bpf_map_batch_opts) };
        var count = (uint)Keys.Length;
        int result;
        fixed (byte* position = _position, next = _next)
        fixed (TKey* keys = Keys)
        fixed (TValue* values = Values)
        {
            result = Libbpf.bpf_map_lookup_batch(map.Handle, _started ? position : null, next, keys, values, &count, &options);
        }
        switch (-result)
        {
            case 0:
                (_position, _next) = (_next, _position);
                _started = true;
                return (int)count;
            case (int)Errno.ENOENT:
                _ended = true;
                return (int)count;
            case (int)Errno.ENOSPC:
                // One bucket holds more than the arrays: nothing was read, ask again with more room.
                Keys = new TKey[Keys.Length * 2];
                Values = new TValue[Values.Length * 2];
                return 0;
            case (int)Errno.EINTR:
                // A writer kept removing the key that the kernel stood on.
                return 0;
            case (int)Errno.ENOTSUPP when !_started:
                _oneByOne = true;
                return 0;
            default:
                throw new LinuxException("map read", map.Name, (Errno)(-result));
        }
    }

    private unsafe int NextOneByOne()
    {
        var count = 0;
        fixed (byte* position = _position, next = _next)
        {
            while (count < Keys.Length)
            {
                var result = Libbpf.bpf_map_get_next_key(map.Handle, _started ? position : null, next);
                if (result == -(int)Errno.ENOENT)
                {
                    _ended = true;
                    break;
                }
                Libbpf.Check(result, "map read", map.Name);
                _started = true;
                new ReadOnlySpan<byte>(next, _next.Length).CopyTo(new Span<byte>(position, _position.Length));
                TValue value;
                if (Libbpf.bpf_map_lookup_elem(map.Handle, position, &value) == 0)
                {
                    Keys[count] = Unsafe.ReadUnaligned<TKey>(position);
                    Values[count++] = value;
                }
            }
        }
        return count;
    }
}
