using System.Runtime.InteropServices;

namespace Straum.Datapath.Abi;

/// <summary>Compares and hashes shared structs the way the kernel does: all bytes, padding included.</summary>
internal static class AbiBytes
{
    public static bool AreEqual<T>(in T left, in T right) where T : unmanaged => Of(in left).SequenceEqual(Of(in right));

    public static int HashOf<T>(in T value) where T : unmanaged
    {
        var hash = new HashCode();
        hash.AddBytes(Of(in value));
        return hash.ToHashCode();
    }

    private static ReadOnlySpan<byte> Of<T>(ref readonly T value) where T : unmanaged =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
}
