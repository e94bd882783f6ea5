using System.Globalization;

namespace Straum.AbiGen.Headers;

/// <summary>An integer <c>#define</c>.</summary>
internal sealed record HeaderConstant(ulong Value, string? Doc)
{
    /// <summary>Of decimal or 0x digits, as the header has them.</summary>
    public static HeaderConstant Parse(string digits, string? doc) => new(
        digits.StartsWith("0x", StringComparison.Ordinal)
            ? ulong.Parse(digits.AsSpan(2), NumberStyles.HexNumber)
            : ulong.Parse(digits), doc);
}
