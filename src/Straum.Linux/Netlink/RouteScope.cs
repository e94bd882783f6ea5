namespace Straum.Linux.Netlink;

/// <summary>How far an address or a route reaches (RT_SCOPE_*).</summary>
public enum RouteScope
{
    /// <summary>Anywhere.</summary>
    Universe = 0,
    Site = 200,

    /// <summary>On the directly attached link.</summary>
    Link = 253,

    /// <summary>On this host.</summary>
    Host = 254,
    Nowhere = 255,
}
