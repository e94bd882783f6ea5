using Straum.Control.Problems;

namespace Straum.Control.Routing;

/// <summary>
/// Pod prefixes that two nodes have at once. A packet can go to one of them only: this node keeps its own, and
/// among the others the older node keeps what it had first.
/// </summary>
internal static class PrefixOverlaps
{
    /// <summary>The prefixes that remain, and a problem for each that does not.</summary>
    public static HashSet<PodPrefix> Resolve(IReadOnlyList<PodPrefix> prefixes, string ownNode, List<Problem> problems)
    {
        var kept = new HashSet<PodPrefix>(prefixes);
        foreach (var (first, second) in Pairs(prefixes))
        {
            var (winner, loser) = IsBefore(first, second, ownNode) ? (first, second) : (second, first);
            kept.Remove(loser);
            problems.Add(new Problem
            {
                Severity = Severity.Error,
                Object = ObjectName.Of(loser.Node),
                Field = loser.Field,
                Message = $"{loser.Prefix} of node {loser.Node.Name} overlaps {winner.Prefix} of node {winner.Node.Name}; "
                    + $"packets go to {winner.Node.Name}.",
                Fix = "Give one of the two nodes another podCIDR; a node's podCIDR changes by deleting and registering it anew.",
            });
        }
        return kept;
    }

    /// <summary>All pairs, found by one walk in the order of addresses: what overlaps is nested.</summary>
    private static IEnumerable<(PodPrefix, PodPrefix)> Pairs(IReadOnlyList<PodPrefix> prefixes)
    {
        var open = new Stack<PodPrefix>();
        var ordered = prefixes.OrderBy(p => p.Prefix.BaseAddress, AddressOrder.Instance).ThenBy(p => p.Prefix.PrefixLength)
            .ThenBy(p => p.Node.Key).ThenBy(p => p.Index);
        foreach (var prefix in ordered)
        {
            while (open.TryPeek(out var top) && !top.Overlaps(prefix))
            {
                open.Pop();
            }
            foreach (var outer in open)
            {
                if (outer.Node.Key != prefix.Node.Key)
                {
                    yield return (outer, prefix);
                }
            }
            open.Push(prefix);
        }
    }

    private static bool IsBefore(PodPrefix first, PodPrefix second, string ownNode)
    {
        if (first.Node.Name == ownNode || second.Node.Name == ownNode)
        {
            return first.Node.Name == ownNode;
        }
        var byAge = first.Node.Meta.CreatedAt.CompareTo(second.Node.Meta.CreatedAt);
        return byAge != 0 ? byAge < 0 : first.Node.Key < second.Node.Key;
    }
}
