namespace Straum.Control.Tuning;

/// <summary>What is to be done about one setting, and by which rule.</summary>
/// <param name="Setting">It.</param>
/// <param name="Now">Its value, null when there is none.</param>
/// <param name="Wanted">What it would be after <see cref="TuningAction.Change"/>.</param>
/// <param name="Action">What is to be done.</param>
/// <param name="Why">The rule that decided.</param>
public sealed record TuningStep(TuningSetting Setting, string? Now, string Wanted, TuningAction Action, string Why);
