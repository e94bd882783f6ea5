using System.Text.Json.Serialization;

namespace Straum.Lab.Processes;

/// <summary>
/// What the supervisor knows of one of its processes, kept in a file so that <c>straum lab status</c> can show it and the
/// next supervisor adopts the process instead of starting a second one.
/// </summary>
public sealed record ProcessRecord
{
    public required string Name { get; init; }

    /// <summary>Zero while the process is down and waits for its next start.</summary>
    public int Pid { get; init; }

    public long StartTicks { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Starts after the first one.</summary>
    public int Restarts { get; init; }

    /// <summary>How the last run ended, in words: <c>exit code 1</c>, <c>signal 9</c>; null before it ended once.</summary>
    public string? LastExit { get; init; }

    [JsonIgnore]
    public ProcessIdentity Identity => new(Pid, StartTicks);
}
