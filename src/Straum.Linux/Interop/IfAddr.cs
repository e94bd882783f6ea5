namespace Straum.Linux.Interop;

/// <summary>Attributes and flags of linux/if_addr.h.</summary>
internal static class IfAddr
{
    internal const ushort IFA_ADDRESS = 1;
    internal const ushort IFA_LOCAL = 2;
    internal const ushort IFA_FLAGS = 8;

    internal const uint IFA_F_NODAD = 2;
    internal const uint IFA_F_DADFAILED = 8;
    internal const uint IFA_F_TENTATIVE = 64;
    internal const uint IFA_F_NOPREFIXROUTE = 512;
}
