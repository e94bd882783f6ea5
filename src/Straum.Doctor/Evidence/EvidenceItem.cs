using Straum.Doctor.Hosts;

namespace Straum.Doctor.Evidence;

/// <summary>One file of the archive and where its text comes from.</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="Source">What was read or run, for the manifest.</param>
/// <param name="ReadAsync">The text; null when there is no such thing on this host.</param>
public sealed record EvidenceItem(string Name, string Source, Func<IHost, CancellationToken, Task<string?>> ReadAsync)
{
    /// <summary>A file of the host.</summary>
    public static EvidenceItem File(string name, string path) => new(name, path, (host, _) => Task.FromResult(host.ReadText(path)));

    /// <summary>A file as the node's network namespace has it.</summary>
    public static EvidenceItem NetworkFile(string name, string path) => new(name, path, (host, _) => Task.FromResult(host.Network.ReadText(path)));

    /// <summary>A report of the agent.</summary>
    public static EvidenceItem Agent(string resource) => new($"agent/{resource}.json", $"agent /v1/{resource}", (host, stop) => host.AskAgentAsync(resource, stop));

    /// <summary>What a program prints; its complaint when it fails.</summary>
    public static EvidenceItem Tool(string name, string tool, params string[] arguments) => new(name, string.Join(' ', [tool, .. arguments]), async (host, stop) =>
        await host.RunToolAsync(tool, arguments, stop).ConfigureAwait(false) is { } answer ? answer.ExitCode == 0 ? answer.Output : $"{answer.Output}\nexit code {answer.ExitCode}: {answer.Error}" : null);
}
