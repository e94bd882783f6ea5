namespace Straum.Lab.Cni;

/// <summary>Runs a plugin binary to its end, or kills it when <paramref name="stop"/> fires.</summary>
/// <param name="path">The binary.</param>
/// <param name="environment">Variables on top of the runtime's own.</param>
/// <param name="stdin">All of its input.</param>
/// <param name="stop">Ends the call.</param>
public delegate Task<PluginOutput> RunPlugin(string path, IReadOnlyDictionary<string, string?> environment, byte[] stdin, CancellationToken stop);

/// <summary>What a plugin left behind.</summary>
public sealed record PluginOutput(int ExitCode, string Stdout, string Stderr);
