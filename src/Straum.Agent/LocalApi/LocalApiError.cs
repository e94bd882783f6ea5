namespace Straum.Agent.LocalApi;

/// <summary>The body of every answer of the local API that is no success.</summary>
/// <param name="Error">One sentence.</param>
public sealed record LocalApiError(string Error);
