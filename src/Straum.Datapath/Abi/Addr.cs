using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Straum.Datapath.Abi;

public partial struct Addr
{
    /// <summary>The 128-bit form of bpf/abi/addr.h: IPv4 becomes v4-mapped.</summary>
    public static Addr From(IPAddress address)
    {
        var result = default(Addr);
        var bytes = MemoryMarshal.AsBytes(new Span<Addr>(ref result));
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[10] = bytes[11] = 0xff;
            bytes = bytes[12..];
        }
        address.TryWriteBytes(bytes, out _);
        return result;
    }

    /// <summary>Of the family it stands for; the unset address is <see cref="IPAddress.IPv6None"/>.</summary>
    public readonly IPAddress ToIPAddress()
    {
        var address = new IPAddress(MemoryMarshal.AsBytes(new ReadOnlySpan<Addr>(in this)));
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    public override readonly string ToString() => ToIPAddress().ToString();
}
