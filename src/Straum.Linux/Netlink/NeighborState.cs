namespace Straum.Linux.Netlink;

/// <summary>What the kernel knows about a neighbor (NUD_*).</summary>
[Flags]
public enum NeighborState
{
    None = 0,
    Incomplete = 1,
    Reachable = 2,
    Stale = 4,
    Delay = 8,
    Probe = 16,
    Failed = 32,
    NoArp = 64,

    /// <summary>Set by hand: never probed, never expires.</summary>
    Permanent = 128,
}
