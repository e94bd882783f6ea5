using System.Net;
using System.Net.Sockets;

namespace Straum.Control;

/// <summary>IPv4 before IPv6, then by the bytes: an order that does not depend on how an address is written.</summary>
public sealed class AddressOrder : IComparer<IPAddress>
{
    public static AddressOrder Instance { get; } = new();

    public int Compare(IPAddress? x, IPAddress? y)
    {
        if (ReferenceEquals(x, y) || x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }
        if (x.AddressFamily != y.AddressFamily)
        {
            return x.AddressFamily == AddressFamily.InterNetwork ? -1 : 1;
        }
        Span<byte> left = stackalloc byte[16];
        Span<byte> right = stackalloc byte[16];
        x.TryWriteBytes(left, out var length);
        y.TryWriteBytes(right, out _);
        return left[..length].SequenceCompareTo(right[..length]);
    }
}
