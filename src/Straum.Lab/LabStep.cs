namespace Straum.Lab;

/// <summary>How far <see cref="LabCluster.UpAsync"/> has come.</summary>
/// <param name="Name">The step, one word: host, network, api, nodes, sample, pods.</param>
/// <param name="Detail">What there is so far, for people.</param>
/// <param name="Done">The step is over; the next one begins.</param>
public sealed record LabStep(string Name, string Detail, bool Done);
