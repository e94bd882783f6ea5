using Straum.Control.Tuning;

namespace Straum.Doctor.Tuning;

/// <summary>One setting of a plan.</summary>
/// <param name="Key">With dots.</param>
/// <param name="Now">Its value; left out when this kernel has no such setting.</param>
/// <param name="Wanted">What Straum would have it be.</param>
/// <param name="Action">change, asWanted, keep or missing.</param>
/// <param name="Why">The rule that decided.</param>
/// <param name="Scope">host; or both, when pods need it in their own namespace too (pods.tuning).</param>
/// <param name="Reason">What the setting is for.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Replaces">What it takes the place of; left out when of nothing.</param>
public sealed record TuneStepReport(
    string Key, string? Now, string Wanted, string Action, string Why, string Scope, string Reason, string Source, string? Replaces)
{
    public static TuneStepReport Of(TuningStep step) => new(
        step.Setting.Key, step.Now, step.Wanted,
        step.Action switch { TuningAction.Change => "change", TuningAction.AsWanted => "asWanted", TuningAction.Keep => "keep", _ => "missing" },
        step.Why, step.Setting.Scope == SettingScope.Host ? "host" : "both", step.Setting.Reason, step.Setting.Source, step.Setting.Replaces);
}
