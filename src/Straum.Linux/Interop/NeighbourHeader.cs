namespace Straum.Linux.Interop;

/// <summary>Attributes and flags of linux/neighbour.h.</summary>
internal static class NeighbourHeader
{
    internal const ushort NDA_DST = 1;
    internal const ushort NDA_LLADDR = 2;
    internal const ushort NDA_IFINDEX = 8;
    internal const ushort NTF_PROXY = 8;
    internal const ushort NTF_EXT_LEARNED = 16;
    internal const ushort NTF_ROUTER = 128;
}
