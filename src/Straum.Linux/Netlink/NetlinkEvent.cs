namespace Straum.Linux.Netlink;

/// <summary>Something changed in a namespace. Deletions carry the object as it was.</summary>
public abstract record NetlinkEvent
{
    private NetlinkEvent()
    {
    }

    public sealed record LinkChanged(Link Link, bool Deleted) : NetlinkEvent;

    public sealed record AddressChanged(InterfaceAddress Address, bool Deleted) : NetlinkEvent;

    public sealed record RouteChanged(Route Route, bool Deleted) : NetlinkEvent;

    public sealed record NeighborChanged(Neighbor Neighbor, bool Deleted) : NetlinkEvent;

    /// <summary>Events were lost, by the kernel or because nobody read: list again whatever is followed.</summary>
    public sealed record Overrun : NetlinkEvent
    {
        public static Overrun Instance { get; } = new();
    }
}
