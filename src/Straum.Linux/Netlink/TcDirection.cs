namespace Straum.Linux.Netlink;

/// <summary>Which packets of a device a program sees.</summary>
public enum TcDirection
{
    /// <summary>Packets that come in from the device.</summary>
    Ingress,

    /// <summary>Packets that leave through it.</summary>
    Egress,
}
