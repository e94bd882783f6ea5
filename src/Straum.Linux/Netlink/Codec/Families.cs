using System.Net;
using System.Net.Sockets;
using Straum.Linux.Interop;

namespace Straum.Linux.Netlink.Codec;

/// <summary>The kernel's numbers for address families; .NET's enumeration has its own.</summary>
internal static class Families
{
    public static byte Of(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? (byte)Libc.AF_INET6 : (byte)Libc.AF_INET;

    public static byte Of(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => Libc.AF_INET,
        AddressFamily.InterNetworkV6 => Libc.AF_INET6,
        AddressFamily.Unspecified => Libc.AF_UNSPEC,
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "IPv4, IPv6 or both"),
    };

    /// <summary>The all-zero address: what a default route's missing destination means.</summary>
    public static IPAddress Any(byte family) => family == Libc.AF_INET6 ? IPAddress.IPv6Any : IPAddress.Any;

    /// <exception cref="InvalidDataException">The length does not fit the address.</exception>
    public static IPNetwork Network(IPAddress address, byte prefixLength)
    {
        if (prefixLength > (address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32))
        {
            throw new InvalidDataException($"netlink: a prefix of {prefixLength} bits for {address}");
        }
        try
        {
            return new IPNetwork(address, prefixLength);
        }
        catch (ArgumentException)
        {
            throw new InvalidDataException($"netlink: {address}/{prefixLength} has bits beyond its prefix");
        }
    }
}
