namespace Straum.Linux.Netlink;

/// <summary>
/// Who made a route (RTPROT_*). Any value up to 255 may be used: programs take one of their own so that they can list and
/// remove what is theirs and nothing else.
/// </summary>
public enum RouteProtocol
{
    /// <summary>When adding: <see cref="Boot"/>. When deleting or listing: any.</summary>
    Unspecified = 0,
    Redirect = 1,
    Kernel = 2,
    Boot = 3,
    Static = 4,
    RouterAdvertisement = 9,
    Bgp = 186,
}
