using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Straum.Lab.ApiServer.Services;

/// <summary>
/// The ClusterIPs of one family. Addresses are handed out in turn, so that one that was just released rests as long as
/// possible; like the real server, the low end of the range is left to those who ask for an address by name.
/// Not thread-safe: used on the store's writer thread.
/// </summary>
internal sealed class AddressPool
{
    // A pool never walks or counts more than this, however large the prefix.
    private const int MaxSize = 1 << 20;

    private readonly IPNetwork _range;
    private readonly UInt128 _base;
    private readonly int _size;
    private readonly Dictionary<IPAddress, int> _used = [];
    private int _next;

    public AddressPool(IPNetwork range)
    {
        _range = range;
        var bits = (range.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) - range.PrefixLength;
        _base = ToNumber(range.BaseAddress);
        _size = bits >= 20 ? MaxSize : 1 << bits;
        _next = DynamicStart;
    }

    public AddressFamily Family => _range.BaseAddress.AddressFamily;

    /// <summary>The first address, which belongs to the <c>kubernetes</c> Service.</summary>
    public IPAddress First => At(1);

    // min(max(16, size/16), 256), as in the real server's allocator
    private int DynamicStart => _size < 32 ? 1 : Math.Min(Math.Max(16, _size / 16), 256);

    public bool Contains(IPAddress address) => _range.Contains(address);

    public bool IsUsed(IPAddress address) => _used.ContainsKey(address);

    /// <summary>Counts one more user of the address.</summary>
    public void Take(IPAddress address) => _used[address] = _used.GetValueOrDefault(address) + 1;

    public void Release(IPAddress address)
    {
        if (_used.TryGetValue(address, out var users) && users > 1)
        {
            _used[address] = users - 1;
        }
        else
        {
            _used.Remove(address);
        }
    }

    /// <summary>A free address, not yet taken; null when the range is full.</summary>
    public IPAddress? Next()
    {
        // The network and, in IPv4, the broadcast address are no one's.
        var last = Family == AddressFamily.InterNetwork ? _size - 2 : _size - 1;
        for (var (tries, offset) = (0, _next); tries < _size; tries++, offset++)
        {
            if (offset > last)
            {
                offset = 2; // the low end last, but before giving up; 1 is the kubernetes Service's
            }
            var candidate = At(offset);
            if (!_used.ContainsKey(candidate))
            {
                _next = offset + 1 > last ? DynamicStart : offset + 1;
                return candidate;
            }
        }
        return null;
    }

    public override string ToString() => _range.ToString();

    private IPAddress At(int offset) => ToAddress(_base + (UInt128)offset);

    private IPAddress ToAddress(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(Family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }

    private static UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(address.AddressFamily == AddressFamily.InterNetwork ? bytes[12..] : bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
