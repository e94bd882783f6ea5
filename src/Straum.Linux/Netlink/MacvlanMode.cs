namespace Straum.Linux.Netlink;

/// <summary>How macvlan devices of one parent reach each other (MACVLAN_MODE_*).</summary>
public enum MacvlanMode
{
    Private = 1,
    Vepa = 2,
    Bridge = 4,
    Passthru = 8,
}
