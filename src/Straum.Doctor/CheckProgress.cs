namespace Straum.Doctor;

/// <summary>How far a run is.</summary>
/// <param name="Done">Checks that have ended.</param>
/// <param name="Total">Checks that run.</param>
/// <param name="Waiting">The first that has not ended; null at the end.</param>
public readonly record struct CheckProgress(int Done, int Total, Check? Waiting);
