using System.Collections.Immutable;
using System.Net;

namespace Straum.Datapath.Nodes;

/// <summary>What the configuration says about this node's datapath.</summary>
public sealed record NodeSettings
{
    public bool Masquerade { get; init; } = true;

    public ImmutableArray<IPNetwork> NonMasquerade { get; init; } = [];

    public ushort SnatPortMin { get; init; } = 49152;

    public ushort SnatPortMax { get; init; } = 65535;

    public ushort VxlanPort { get; init; } = 8472;

    public uint Vni { get; init; } = 1;

    /// <summary>Routes to other nodes' pod prefixes are ours to keep.</summary>
    public bool DirectNodeRoutes { get; init; } = true;

    /// <summary>Of pods; also of the overlay device.</summary>
    public int Mtu { get; init; }
}
