namespace Straum.Linux.Netlink;

/// <summary>What a monitor listens to.</summary>
[Flags]
public enum NetlinkGroups
{
    None = 0,
    Links = 1,
    Addresses = 2,
    Routes = 4,
    Neighbors = 8,
    All = Links | Addresses | Routes | Neighbors,
}
