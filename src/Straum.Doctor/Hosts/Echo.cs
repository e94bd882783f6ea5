namespace Straum.Doctor.Hosts;

/// <summary>What became of one echo request.</summary>
/// <param name="RoundTrip">Null when no answer came in time.</param>
/// <param name="TooBigFor">The path's MTU as a router announced it, or as the kernel refused to send; null otherwise.</param>
public readonly record struct Echo(TimeSpan? RoundTrip, int? TooBigFor = null);

/// <summary>Which echoes to send.</summary>
/// <param name="Size">Of the IP packet, in bytes.</param>
/// <param name="Count">How many.</param>
/// <param name="Interval">Between two of them.</param>
/// <param name="Patience">How long to wait for the last answer.</param>
public sealed record EchoPlan(int Size, int Count, TimeSpan Interval, TimeSpan Patience);
