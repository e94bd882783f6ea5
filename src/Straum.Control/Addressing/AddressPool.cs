using System.Net;
using System.Numerics;

namespace Straum.Control.Addressing;

/// <summary>
/// The addresses of one prefix and which of them are taken. Next fit: the search goes on where it last ended, so that a
/// returned address is the last to come round again. Two levels of bitmap make a search a handful of word reads, however
/// full the pool is.
/// </summary>
/// <remarks>
/// Never given out: the network address (IPv6: the subnet-router anycast address, RFC 4291 §2.6.1), the IPv4 broadcast
/// address, and the first address, which people expect to be a gateway even though ours is link-local. Prefixes too small
/// for that (/31, /32, /127, /128) are used whole (RFC 3021, RFC 6164).
/// </remarks>
internal sealed class AddressPool
{
    /// <summary>Far more than a node runs pods; keeps the bitmap of an IPv6 /64 at 8 KiB.</summary>
    private const int MaxBits = 16;

    private const int WordBits = 64;

    private readonly byte[] _base;
    private readonly ulong[] _taken;
    private readonly ulong[] _fullWords;
    private readonly int _first;
    private readonly int _end;
    private int _next;

    public AddressPool(IPNetwork prefix)
    {
        Prefix = prefix;
        _base = prefix.BaseAddress.GetAddressBytes();
        var hostBits = _base.Length * 8 - prefix.PrefixLength;
        var capacity = 1 << Math.Min(hostBits, MaxBits);
        var isWhole = hostBits <= 1;
        var hasBroadcast = _base.Length == 4 && hostBits <= MaxBits && !isWhole;
        _first = isWhole ? 0 : 2;
        _end = hasBroadcast ? capacity - 1 : capacity;
        _next = _first;
        _taken = new ulong[(capacity + WordBits - 1) / WordBits];
        _fullWords = new ulong[(_taken.Length + WordBits - 1) / WordBits];
        for (var offset = 0; offset < _taken.Length * WordBits; offset++)
        {
            if (offset < _first || offset >= _end)
            {
                Set(offset);
            }
        }
        for (var word = _taken.Length; word < _fullWords.Length * WordBits; word++)
        {
            _fullWords[word / WordBits] |= 1UL << (word % WordBits);
        }
    }

    public IPNetwork Prefix { get; }

    /// <summary>How many addresses can be given out.</summary>
    public int Size => _end - _first;

    public bool Contains(IPAddress address) => TryOffset(address, out _);

    /// <summary>Finds the next free address without taking it. Returns <c>false</c> when there is none.</summary>
    public bool TryFind(out IPAddress address)
    {
        var offset = FindFree(_next);
        if (offset < 0)
        {
            offset = FindFree(_first);
        }
        address = offset < 0 ? IPAddress.None : AddressAt(offset);
        return offset >= 0;
    }

    /// <summary>Takes an address, and lets the next search begin behind it. Returns <c>false</c> when it is taken or not of this pool.</summary>
    public bool TryTake(IPAddress address)
    {
        if (!TryOffset(address, out var offset) || IsTaken(offset))
        {
            return false;
        }
        Set(offset);
        _next = offset + 1 < _end ? offset + 1 : _first;
        return true;
    }

    /// <summary>Makes an address free again; one that is not of this pool is ignored.</summary>
    public void Return(IPAddress address)
    {
        if (TryOffset(address, out var offset))
        {
            var word = offset / WordBits;
            _taken[word] &= ~(1UL << (offset % WordBits));
            _fullWords[word / WordBits] &= ~(1UL << (word % WordBits));
        }
    }

    private bool IsTaken(int offset) => (_taken[offset / WordBits] & (1UL << (offset % WordBits))) != 0;

    private void Set(int offset)
    {
        var word = offset / WordBits;
        _taken[word] |= 1UL << (offset % WordBits);
        if (_taken[word] == ulong.MaxValue)
        {
            _fullWords[word / WordBits] |= 1UL << (word % WordBits);
        }
    }

    /// <summary>The first free offset at or behind <paramref name="from"/>, or -1.</summary>
    private int FindFree(int from)
    {
        var word = from / WordBits;
        var free = ~_taken[word] & (ulong.MaxValue << (from % WordBits));
        if (free == 0)
        {
            word = FindZero(_fullWords, word + 1);
            if (word < 0)
            {
                return -1;
            }
            free = ~_taken[word];
        }
        return word * WordBits + BitOperations.TrailingZeroCount(free);
    }

    private static int FindZero(ulong[] words, int from)
    {
        for (var i = from / WordBits; i < words.Length; i++)
        {
            var zeros = ~words[i];
            if (i == from / WordBits)
            {
                zeros &= ulong.MaxValue << (from % WordBits);
            }
            if (zeros != 0)
            {
                return i * WordBits + BitOperations.TrailingZeroCount(zeros);
            }
        }
        return -1;
    }

    /// <summary>Returns <c>false</c> for addresses outside the prefix, reserved ones, and ones beyond the pool's cap.</summary>
    private bool TryOffset(IPAddress address, out int offset)
    {
        offset = 0;
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length) || length != _base.Length)
        {
            return false;
        }
        for (var i = 0; i < length; i++)
        {
            // What differs from the base is the offset: above the prefix's end the base is zero.
            var difference = bytes[i] ^ _base[i];
            if (difference != 0 && i < length - 2)
            {
                return false;
            }
            offset = ((offset << 8) | difference) & 0xffff;
        }
        return offset >= _first && offset < _end;
    }

    private IPAddress AddressAt(int offset)
    {
        Span<byte> bytes = stackalloc byte[16];
        _base.CopyTo(bytes);
        bytes[_base.Length - 2] |= (byte)(offset >> 8);
        bytes[_base.Length - 1] |= (byte)offset;
        return new IPAddress(bytes[.._base.Length]);
    }
}
