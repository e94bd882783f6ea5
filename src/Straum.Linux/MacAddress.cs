using System.Globalization;
using System.Runtime.InteropServices;

namespace Straum.Linux;

/// <summary>An Ethernet address: six bytes in transmission order.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct MacAddress : IEquatable<MacAddress>
{
    public const int Length = 6;

    private readonly byte _b0, _b1, _b2, _b3, _b4, _b5;

    /// <param name="bytes">Six bytes, the first sent first.</param>
    public MacAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException($"an Ethernet address has {Length} bytes, not {bytes.Length}", nameof(bytes));
        }
        (_b0, _b1, _b2, _b3, _b4, _b5) = (bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
    }

    /// <summary>The bit that marks addresses not assigned by a manufacturer (IEEE 802, "U/L").</summary>
    public bool IsLocallyAdministered => (_b0 & 2) != 0;

    public bool IsMulticast => (_b0 & 1) != 0;

    /// <summary>Six pairs of hexadecimal digits separated by colons or dashes.</summary>
    public static MacAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an Ethernet address");

    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        address = default;
        if (text.Length != 3 * Length - 1)
        {
            return false;
        }
        Span<byte> bytes = stackalloc byte[Length];
        for (var i = 0; i < Length; i++)
        {
            if ((i > 0 && text[3 * i - 1] is not (':' or '-'))
                || !byte.TryParse(text.Slice(3 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]))
            {
                return false;
            }
        }
        address = new MacAddress(bytes);
        return true;
    }

    /// <summary>A random unicast address with the locally administered bit set.</summary>
    public static MacAddress Random()
    {
        Span<byte> bytes = stackalloc byte[Length];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        bytes[0] = (byte)((bytes[0] & ~1) | 2);
        return new MacAddress(bytes);
    }

    public void CopyTo(Span<byte> destination) => AsBytes(in this).CopyTo(destination);

    public byte[] ToArray() => AsBytes(in this).ToArray();

    public bool Equals(MacAddress other) => AsBytes(in this).SequenceEqual(AsBytes(in other));

    public override bool Equals(object? obj) => obj is MacAddress other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_b0, _b1, _b2, _b3, _b4, _b5);

    public override string ToString() => $"{_b0:x2}:{_b1:x2}:{_b2:x2}:{_b3:x2}:{_b4:x2}:{_b5:x2}";

    public static bool operator ==(MacAddress left, MacAddress right) => left.Equals(right);

    public static bool operator !=(MacAddress left, MacAddress right) => !left.Equals(right);

    private static ReadOnlySpan<byte> AsBytes(in MacAddress address) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<MacAddress>(in address));
}
