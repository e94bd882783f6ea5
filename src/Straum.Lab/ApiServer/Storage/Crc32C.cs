using System.Numerics;
using System.Runtime.InteropServices;

namespace Straum.Lab.ApiServer.Storage;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), in hardware where the processor has it.</summary>
internal static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }
        foreach (var octet in data[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, octet);
        }
        return ~crc;
    }
}
