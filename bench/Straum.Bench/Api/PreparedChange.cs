namespace Straum.Bench.Api;

/// <summary>Events whose bytes are ready.</summary>
/// <param name="Publish">Hands them to the watches.</param>
internal sealed record PreparedChange(Action Publish);
