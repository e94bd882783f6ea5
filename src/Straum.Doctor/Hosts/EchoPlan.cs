namespace Straum.Doctor.Hosts;

/// <summary>Which echoes to send.</summary>
/// <param name="Size">Of the IP packet, in bytes.</param>
/// <param name="Count">How many.</param>
/// <param name="Interval">Between two of them.</param>
/// <param name="Patience">How long to wait for the last answer.</param>
public sealed record EchoPlan(int Size, int Count, TimeSpan Interval, TimeSpan Patience);
