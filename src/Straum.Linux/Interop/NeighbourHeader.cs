namespace Straum.Linux.Interop;

/// <summary>Attributes, states and flags of linux/neighbour.h.</summary>
internal static class NeighbourHeader
{
    internal const ushort NDA_DST = 1;
    internal const ushort NDA_LLADDR = 2;
    internal const ushort NDA_IFINDEX = 8;
    internal const ushort NDA_FLAGS_EXT = 15;
    internal const ushort NUD_INCOMPLETE = 1;
    internal const ushort NUD_REACHABLE = 2;
    internal const ushort NUD_STALE = 4;
    internal const ushort NUD_DELAY = 8;
    internal const ushort NUD_PROBE = 16;
    internal const ushort NUD_FAILED = 32;
    internal const ushort NUD_NOARP = 64;
    internal const ushort NUD_PERMANENT = 128;
    internal const ushort NUD_NONE = 0;
    internal const ushort NTF_USE = 1;
    internal const ushort NTF_SELF = 2;
    internal const ushort NTF_MASTER = 4;
    internal const ushort NTF_PROXY = 8;
    internal const ushort NTF_EXT_LEARNED = 16;
    internal const ushort NTF_ROUTER = 128;
}
