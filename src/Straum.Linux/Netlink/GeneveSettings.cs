using System.Net;

namespace Straum.Linux.Netlink;

/// <summary>How a Geneve device encapsulates (RFC 8926), as far as it is read.</summary>
public sealed record GeneveSettings
{
    /// <summary>As with VXLAN: each packet's tunnel metadata names the other end.</summary>
    public bool External { get; init; }

    /// <summary>The other end; <c>null</c> when <see cref="External"/>.</summary>
    public IPAddress? Remote { get; init; }
}
