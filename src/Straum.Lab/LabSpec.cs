namespace Straum.Lab;

/// <summary>What a user asks for with <c>straum lab up</c>. Immutable; two labs with equal specs are the same lab.</summary>
public sealed record LabSpec
{
    /// <summary>Most nodes that one machine's lab takes: each is a full agent process.</summary>
    public const int MaxNodes = 16;

    /// <summary>Number of nodes, named n1, n2, …</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>How pod traffic crosses between nodes.</summary>
    public LabMode Mode { get; init; } = LabMode.Native;

    /// <summary>
    /// Absolute path of the kubeconfig of a cluster whose API server and controllers are used instead of our own: only its
    /// nodes and pods are the lab's. Null for our own.
    /// </summary>
    public string? Kubeconfig { get; init; }

    /// <summary>straum.yaml for every agent, less what <see cref="Supervision.AgentSettings"/> says is the lab's own; null for the defaults.</summary>
    public string? Configuration { get; init; }

    /// <summary>Everything that is wrong with the spec, in words for the user; empty when it can be built.</summary>
    public IReadOnlyList<string> Validate() =>
        Nodes is >= 1 and <= MaxNodes ? [] : [$"a lab has 1 to {MaxNodes} nodes, not {Nodes}"];

    public override string ToString() => $"{Nodes} {(Nodes == 1 ? "node" : "nodes")}, {Mode.ToString().ToLowerInvariant()} routing{(Kubeconfig is null ? "" : $", the API server of {Kubeconfig}")}{(Configuration is null ? "" : ", configured by a file")}";
}
