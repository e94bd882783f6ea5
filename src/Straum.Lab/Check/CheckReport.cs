namespace Straum.Lab.Check;

/// <summary>The result of <c>straum lab check</c>, and its JSON.</summary>
/// <param name="Mode">native or vxlan.</param>
/// <param name="Nodes">The nodes.</param>
/// <param name="Pods">All pods of the cluster.</param>
/// <param name="Cells">The reachability matrix.</param>
/// <param name="Problems">What kept parts of it from being asked at all, in words.</param>
/// <param name="Seconds">How long the check took.</param>
public sealed record CheckReport(
    string Mode, IReadOnlyList<CheckedNode> Nodes, IReadOnlyList<CheckedPod> Pods, IReadOnlyList<CheckCell> Cells,
    IReadOnlyList<string> Problems, double Seconds)
{
    /// <summary>Everything was asked, and everything was as expected.</summary>
    public bool IsGood => Problems.Count == 0 && Cells.All(c => c.IsGood);

    /// <summary>The cell of a row, or null where the row has no such column or was not asked.</summary>
    public CheckCell? Find(CheckPath path, int family, string protocol) =>
        Cells.FirstOrDefault(c => c.Path == path.Name && c.Family == family && c.Protocol == protocol);
}

/// <summary>One line about a node.</summary>
public sealed record CheckedNode(string Name, bool Ready, IReadOnlyList<string> Addresses, IReadOnlyList<string> PodCidrs);

/// <summary>One line about a pod.</summary>
public sealed record CheckedPod(string Namespace, string Name, string Node, bool Ready, string Phase, IReadOnlyList<string> Addresses);
