using Straum.Control.Tuning;

namespace Straum.Doctor.Tuning;

/// <summary>What `straum tune plan -o json` prints.</summary>
/// <param name="Profile">safe or full.</param>
/// <param name="Cores">Processors online.</param>
/// <param name="MemoryBytes">MemTotal.</param>
/// <param name="Settings">In the order of writing.</param>
/// <param name="Notes">Of files that are there under a name of Straum's own, a sentence each.</param>
public sealed record TunePlanReport(string Profile, int Cores, long MemoryBytes, IReadOnlyList<TuneStepReport> Settings, IReadOnlyList<string> Notes)
{
    public static TunePlanReport Of(TuningProfile profile, TuningFacts facts, IReadOnlyList<TuningStep> steps, IReadOnlyList<string> notes) =>
        new(profile.ToString().ToLowerInvariant(), facts.Cores, facts.MemoryBytes, [.. steps.Select(TuneStepReport.Of)], notes);
}
