namespace Straum.Cli.Targets;

/// <summary>A network namespace that a user named by what lives in it.</summary>
/// <param name="Name">What was found: pod shop/web-1, container 3f2a…, process 4711.</param>
/// <param name="Path">What opens the namespace.</param>
internal sealed record NetworkTarget(string Name, string Path);
