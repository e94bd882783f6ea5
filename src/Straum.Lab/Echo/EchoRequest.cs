using System.Buffers;
using System.Buffers.Text;

namespace Straum.Lab.Echo;

/// <summary>The one thing a request can ask of <c>straum echo</c>: <c>size=BYTES</c>, anywhere in a datagram, a line or an HTTP target.</summary>
internal static class EchoRequest
{
    /// <summary>The largest answer: what fits into one UDP datagram over IPv4.</summary>
    public const int MaximumSize = 65507;

    /// <summary>The size asked for, at most <see cref="MaximumSize"/>; 0 when none was.</summary>
    public static int SizeIn(ReadOnlySpan<byte> request)
    {
        var at = request.IndexOf("size="u8);
        return at >= 0 && Utf8Parser.TryParse(request[(at + 5)..], out uint size, out _) ? (int)Math.Min(size, MaximumSize) : 0;
    }

    /// <inheritdoc cref="SizeIn(ReadOnlySpan{byte})"/>
    public static int SizeIn(ReadOnlySequence<byte> request) => request.IsSingleSegment ? SizeIn(request.FirstSpan) : SizeIn(request.ToArray());
}
