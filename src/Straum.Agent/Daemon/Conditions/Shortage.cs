using Straum.Control.Problems;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Agent.Daemon.Conditions;

/// <summary>The Services that a node has no room for. Immutable.</summary>
internal sealed record Shortage
{
    public static Shortage None { get; } = new();

    /// <summary>What the node was told when it was so.</summary>
    public Snapshot Snapshot { get; init; } = Snapshot.Empty;

    /// <summary>Those of the last pass, each with what does not work and what to do about it.</summary>
    public IReadOnlyDictionary<NamespacedName, string> Missing { get; init; } = new Dictionary<NamespacedName, string>();

    /// <summary>
    /// Those of the pass before too, and for the same reason: what a table that grows settles by itself is not among them, nor what
    /// a moment may settle.
    /// </summary>
    public IReadOnlyCollection<NamespacedName> Lasting { get; init; } = [];

    /// <summary>What the next pass makes of it.</summary>
    public Shortage After(NodeLoopState pass)
    {
        var missing = pass.Unplaced.Where(static p => p.Object.Kind == nameof(Service)).GroupBy(static p => p.Object.Name).ToDictionary(static g => g.Key, TextOf);
        var settling = pass.Settling.Select(static p => p.Object.Name).ToHashSet();
        return new Shortage
        {
            Snapshot = pass.Snapshot,
            Missing = missing,
            Lasting = [.. missing.Where(m => Missing.GetValueOrDefault(m.Key) == m.Value && !settling.Contains(m.Key)).Select(static m => m.Key)],
        };
    }

    private static string TextOf(IEnumerable<Problem> problems)
    {
        var all = problems.OrderBy(static p => p.Message, StringComparer.Ordinal).ToArray();
        var others = all.Length > 1 ? $"{all.Length - 1} more of its addresses and ports are not served either. " : "";
        return $"{all[0].Message} {others}{all[0].Fix}";
    }
}
