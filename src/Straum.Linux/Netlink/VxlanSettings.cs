using System.Net;

namespace Straum.Linux.Netlink;

/// <summary>How a VXLAN device encapsulates (RFC 7348).</summary>
public sealed record VxlanSettings
{
    /// <summary>The port of RFC 7348; Linux' own default, 8472, is older than it.</summary>
    public const ushort StandardPort = 4789;

    /// <summary>
    /// The device takes network id and remote address from each packet's tunnel metadata (<c>bpf_skb_set_tunnel_key</c>)
    /// and serves every network id. Called <c>external</c> by ip(8). At most one such device per port.
    /// </summary>
    public bool External { get; init; }

    /// <summary>The network id of a device that is not <see cref="External"/>.</summary>
    public uint Vni { get; init; }

    /// <summary>UDP port, in host order.</summary>
    public ushort Port { get; init; } = StandardPort;

    /// <summary>Where packets without a known neighbour go: a peer or a multicast group.</summary>
    public IPAddress? Remote { get; init; }

    public IPAddress? Local { get; init; }

    /// <summary>The device that carries the encapsulated packets, 0 to let routing decide.</summary>
    public int UnderlayIndex { get; init; }

    public bool Learning { get; init; }

    /// <summary>Send and accept UDP over IPv6 without a checksum (RFC 6935).</summary>
    public bool ZeroChecksum6 { get; init; }
}
