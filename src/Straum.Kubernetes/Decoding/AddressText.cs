using System.Net;
using System.Net.Sockets;

namespace Straum.Kubernetes.Decoding;

/// <summary>
/// Addresses and prefixes as Kubernetes writes them. Stricter than IPAddress.Parse (no "10.1", no hexadecimal
/// or octal parts, no scope id), and like the API server it reads leading zeros as decimal and an IPv4-mapped
/// IPv6 address as IPv4.
/// </summary>
public static class AddressText
{
    public static bool TryParse(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (!text.Contains(':'))
        {
            return TryParseV4(text, out address);
        }
        if (text.ContainsAny('%', '[', '/') || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }
        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return true;
    }

    /// <summary>Reads "address/length"; host bits are cleared.</summary>
    public static bool TryParseNetwork(ReadOnlySpan<char> text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/');
        if (slash < 0 || !TryParse(text[..slash], out var address)
            || !byte.TryParse(text[(slash + 1)..], System.Globalization.NumberStyles.None, null, out var length)
            || length > (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            return false;
        }
        network = Network(address, length);
        return true;
    }

    /// <summary>The network of <paramref name="length"/> bits that <paramref name="address"/> lies in.</summary>
    public static IPNetwork Network(IPAddress address, int length)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        bytes = bytes[..written];
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }
        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static bool TryParseV4(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < 4; i++)
        {
            var end = i < 3 ? text.IndexOf('.') : text.Length;
            if (end < 1 || !byte.TryParse(text[..end], System.Globalization.NumberStyles.None, null, out bytes[i]))
            {
                return false;
            }
            text = i < 3 ? text[(end + 1)..] : default;
        }
        address = new IPAddress(bytes);
        return true;
    }
}
