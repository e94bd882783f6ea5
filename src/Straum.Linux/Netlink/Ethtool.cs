using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;
using static Straum.Linux.Interop.EthtoolHeader;

namespace Straum.Linux.Netlink;

/// <summary>
/// Reads the settings of network device drivers by SIOCETHTOOL, which every kernel has; the netlink family that replaces it
/// is not in all that are supported. Reading needs no privilege.
/// </summary>
public static class Ethtool
{
    /// <summary>Null when there is no such device, or it has no driver that answers.</summary>
    public static NicSettings? Read(string device, NetworkNamespace? within = null) =>
        within is null ? ReadHere(device) : within.Run(() => ReadHere(device));

    private static unsafe NicSettings? ReadHere(string device)
    {
        using var socket = Libc.Own(Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0));
        if (socket.IsInvalid)
        {
            throw LinuxException.FromLastError("socket create", device);
        }
        var info = new ethtool_drvinfo { cmd = ETHTOOL_GDRVINFO };
        if (!Ask(socket, device, &info))
        {
            return null;
        }
        var channels = new ethtool_channels { cmd = ETHTOOL_GCHANNELS };
        var hasChannels = Ask(socket, device, &channels);
        var rings = new ethtool_ringparam { cmd = ETHTOOL_GRINGPARAM };
        var hasRings = Ask(socket, device, &rings);
        return new NicSettings(
            Text(info.driver),
            hasChannels ? (int)(channels.combined_count + channels.rx_count) : null,
            hasChannels ? (int)(channels.max_combined + channels.max_rx) : null,
            hasRings ? (int)rings.rx_pending : null,
            hasRings ? (int)rings.rx_max_pending : null,
            Flag(socket, device, ETHTOOL_GGRO), Flag(socket, device, ETHTOOL_GTSO),
            Flag(socket, device, ETHTOOL_GRXCSUM), Flag(socket, device, ETHTOOL_GTXCSUM));
    }

    private static unsafe bool? Flag(SafeFileHandle socket, string device, uint command)
    {
        var value = new ethtool_value { cmd = command };
        return Ask(socket, device, &value) ? value.data != 0 : null;
    }

    private static unsafe bool Ask(SafeFileHandle socket, string device, void* question)
    {
        var request = new ifreq { ifr_data = question };
        Encoding.ASCII.GetBytes(device, new Span<byte>(request.ifr_name, 15));
        if (Libc.ioctl(socket, SIOCETHTOOL, &request) == 0)
        {
            return true;
        }
        var errno = (Errno)Marshal.GetLastPInvokeError();
        return errno is Errno.EOPNOTSUPP or Errno.ENODEV or Errno.EINVAL ? false : throw new LinuxException("ethtool", device, errno);
    }

    private static unsafe string Text(byte* bytes)
    {
        var span = new ReadOnlySpan<byte>(bytes, 32);
        var end = span.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? span : span[..end]);
    }
}
