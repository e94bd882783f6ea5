using System.Runtime.InteropServices;

namespace Straum.Linux.Interop;

/// <summary>linux/ethtool.h and linux/sockios.h: the commands that read, and their structs.</summary>
internal static class EthtoolHeader
{
    internal const nuint SIOCETHTOOL = 0x8946;

    internal const uint ETHTOOL_GDRVINFO = 0x03;
    internal const uint ETHTOOL_GRINGPARAM = 0x10;
    internal const uint ETHTOOL_GRXCSUM = 0x14;
    internal const uint ETHTOOL_GTXCSUM = 0x16;
    internal const uint ETHTOOL_GTSO = 0x1e;
    internal const uint ETHTOOL_GGRO = 0x2b;
    internal const uint ETHTOOL_GCHANNELS = 0x3c;

    /// <summary>struct ifreq with a pointer as its argument: 16 bytes of name, 24 of union.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    internal unsafe struct ifreq
    {
        [FieldOffset(0)] public fixed byte ifr_name[16];
        [FieldOffset(16)] public void* ifr_data;
    }

    internal struct ethtool_value
    {
        public uint cmd;
        public uint data;
    }

    internal unsafe struct ethtool_drvinfo
    {
        public uint cmd;
        public fixed byte driver[32];
        public fixed byte version[32];
        public fixed byte fw_version[32];
        public fixed byte bus_info[32];
        public fixed byte erom_version[32];
        public fixed byte reserved2[12];
        public uint n_priv_flags;
        public uint n_stats;
        public uint testinfo_len;
        public uint eedump_len;
        public uint regdump_len;
    }

    internal struct ethtool_ringparam
    {
        public uint cmd;
        public uint rx_max_pending;
        public uint rx_mini_max_pending;
        public uint rx_jumbo_max_pending;
        public uint tx_max_pending;
        public uint rx_pending;
        public uint rx_mini_pending;
        public uint rx_jumbo_pending;
        public uint tx_pending;
    }

    internal struct ethtool_channels
    {
        public uint cmd;
        public uint max_rx;
        public uint max_tx;
        public uint max_other;
        public uint max_combined;
        public uint rx_count;
        public uint tx_count;
        public uint other_count;
        public uint combined_count;
    }
}
