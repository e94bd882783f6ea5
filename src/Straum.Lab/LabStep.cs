namespace Straum.Lab;

/// <summary>How far <see cref="LabCluster.UpAsync"/> has come.</summary>
/// <param name="Name">The step, one word: host, network, api, nodes, sample, pods.</param>
/// <param name="Detail">What there is so far, for people.</param>
/// <param name="Done">The step is over; the next one begins.</param>
/// <param name="Lasting">Not done, and yet to be read later: that somebody had to be waited for, that something was removed.</param>
public sealed record LabStep(string Name, string Detail, bool Done, bool Lasting = false);
