using System.Collections.Immutable;
using Straum.Control.Problems;

namespace Straum.Datapath.Nodes;

/// <summary>What one writing of the node's own part changed, and what it could not do.</summary>
/// <param name="Peers">Prefixes written or removed.</param>
/// <param name="Routes">Routes set or removed.</param>
/// <param name="Unplaced">Those of the problems that say what found no room in a table; the next pass may find some.</param>
/// <param name="Problems">Why this node does not do all that the objects say.</param>
public sealed record NodePass(int Peers, int Routes, ImmutableArray<Problem> Unplaced, ImmutableArray<Problem> Problems)
{
    public bool ChangedAnything => Peers + Routes > 0;
}
