namespace Straum.Agent.LocalApi.Reports;

/// <summary>What one node's programs refused: <c>GET /v1/drops</c>.</summary>
/// <param name="Node">The Node object's name.</param>
/// <param name="Drops">Those that were counted at least once, most packets first.</param>
public sealed record DropsReport(string Node, IReadOnlyList<DropReport> Drops);

/// <summary>One counter, since the tables were made.</summary>
/// <param name="Reason">snake_case: no_backend.</param>
/// <param name="Place">Where the verdict was made: pod-out, pod-in, uplink-in, uplink-out, overlay-in, overlay-out, socket.</param>
/// <param name="Packets">Packets, or connects for socket.</param>
/// <param name="Bytes">Bytes of those packets.</param>
/// <param name="What">What happened, in one clause.</param>
/// <param name="Hint">What to look at.</param>
public sealed record DropReport(string Reason, string Place, ulong Packets, ulong Bytes, string What, string Hint);
