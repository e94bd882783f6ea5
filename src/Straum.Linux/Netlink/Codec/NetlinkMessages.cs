using System.Runtime.InteropServices;
using static Straum.Linux.Interop.NetlinkHeader;

namespace Straum.Linux.Netlink.Codec;

/// <summary>The messages of one datagram, in order: <c>while (messages.MoveNext())</c>.</summary>
internal ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    public NetlinkMessageHeader Header { get; private set; }

    /// <summary>What follows the header: the family's fixed header and the attributes.</summary>
    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <exception cref="InvalidDataException">A length runs past the datagram.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }
        if (_rest.Length < NLMSG_HDRLEN)
        {
            throw new InvalidDataException($"netlink: {_rest.Length} bytes are left, a header needs {NLMSG_HDRLEN}");
        }
        Header = MemoryMarshal.Read<NetlinkMessageHeader>(_rest);
        if (Header.Length < NLMSG_HDRLEN || Header.Length > (uint)_rest.Length)
        {
            throw new InvalidDataException($"netlink: a message of {Header.Length} bytes in {_rest.Length}");
        }
        var length = (int)Header.Length;
        Payload = _rest[NLMSG_HDRLEN..length];
        _rest = _rest[Math.Min(NetlinkWriter.Align(length), _rest.Length)..];
        return true;
    }
}
