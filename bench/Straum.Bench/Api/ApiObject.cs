namespace Straum.Bench.Api;

/// <summary>One object as the fake API server keeps it: JSON, with a place for its version.</summary>
/// <param name="Collection">The plural: services.</param>
/// <param name="Key">namespace/name.</param>
/// <param name="Json">Gives the object with a resourceVersion.</param>
internal sealed record ApiObject(string Collection, string Key, Func<long, string> Json);
