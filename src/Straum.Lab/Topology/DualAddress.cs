using System.Net;

namespace Straum.Lab.Topology;

/// <summary>One interface's IPv4 and IPv6 address, each with its prefix length.</summary>
public sealed record DualAddress(IPAddress V4, int PrefixV4, IPAddress V6, int PrefixV6)
{
    /// <param name="v4">Address and prefix length, as in 192.0.2.1/24.</param>
    /// <param name="v6">Address and prefix length, as in 2001:db8::1/64.</param>
    public static DualAddress Parse(string v4, string v6)
    {
        var (address4, prefix4) = Split(v4);
        var (address6, prefix6) = Split(v6);
        return new DualAddress(address4, prefix4, address6, prefix6);
    }

    // IPNetwork cannot hold these: it refuses an address with host bits.
    private static (IPAddress Address, int Prefix) Split(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return (IPAddress.Parse(text.AsSpan(0, slash)), int.Parse(text.AsSpan(slash + 1)));
    }
}
