using Straum.Doctor.Hosts;

namespace Straum.Doctor.Evidence;

/// <summary>One file of the archive and where its text comes from.</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="Source">What was read or run, for the manifest.</param>
/// <param name="Absent">What the manifest says when there is no such thing on this host.</param>
/// <param name="ReadAsync">The text; null when there is no such thing on this host.</param>
public sealed record EvidenceItem(string Name, string Source, string Absent, Func<IHost, CancellationToken, Task<string?>> ReadAsync)
{
    private const string NotHere = "not on this host", NotInstalled = "not installed";

    /// <summary>A file of the host.</summary>
    public static EvidenceItem File(string name, string path) => new(name, path, NotHere, (host, _) => Task.FromResult(host.ReadText(path)));

    /// <summary>A file as the node's network namespace has it.</summary>
    public static EvidenceItem NetworkFile(string name, string path) => new(name, path, NotHere, (host, _) => Task.FromResult(host.Network.ReadText(path)));

    /// <summary>A report of the agent.</summary>
    public static EvidenceItem Agent(string resource) =>
        new($"agent/{resource}.json", $"agent /v1/{resource}", "no agent answers", (host, stop) => host.AskAgentAsync(resource, stop));

    /// <summary>What a program prints; its complaint when it fails.</summary>
    public static EvidenceItem Tool(string name, string tool, params string[] arguments) => new(name, string.Join(' ', [tool, .. arguments]), NotInstalled, async (host, stop) =>
        await host.RunToolAsync(tool, arguments, stop).ConfigureAwait(false) is { } answer ? answer.ExitCode == 0 ? answer.Output : $"{answer.Output}\nexit code {answer.ExitCode}: {answer.Error}" : null);

    /// <summary>What the journal has of a unit.</summary>
    public static EvidenceItem Unit(string name, string unit, int lines) =>
        new(name, $"journal of unit {unit}", "nothing in the journal", (host, stop) => Journal.ReadAsync(host, unit, lines, stop));
}
