namespace Straum.Bench.Api;

/// <summary>An object at one version.</summary>
internal sealed record Event(string Key, byte[] Json, long Version);
