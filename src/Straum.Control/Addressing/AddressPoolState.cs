using System.Net;

namespace Straum.Control.Addressing;

/// <summary>How full a pool is. <c>Free = Size - Used - Quarantined</c>.</summary>
/// <param name="Prefix">One of the node's podCIDRs.</param>
/// <param name="Size">Addresses that pods can have: without the network, broadcast and gateway addresses.</param>
/// <param name="Used">Held by pods.</param>
/// <param name="Quarantined">Given back, but not long enough ago.</param>
public readonly record struct AddressPoolState(IPNetwork Prefix, int Size, int Used, int Quarantined)
{
    public int Free => Size - Used - Quarantined;
}
