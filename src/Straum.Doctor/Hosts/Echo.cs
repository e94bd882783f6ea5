namespace Straum.Doctor.Hosts;

/// <summary>What became of one echo request.</summary>
/// <param name="RoundTrip">Null when no answer came in time.</param>
/// <param name="TooBigFor">The path's MTU as a router announced it, or as the kernel refused to send; null otherwise.</param>
public readonly record struct Echo(TimeSpan? RoundTrip, int? TooBigFor = null);
