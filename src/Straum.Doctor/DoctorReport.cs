namespace Straum.Doctor;

/// <summary>What one run of the doctor found.</summary>
/// <param name="Host">The machine's name.</param>
/// <param name="Kernel">As uname -r says it.</param>
/// <param name="Time">When the run began.</param>
/// <param name="Took">How long it ran.</param>
/// <param name="Results">In the order of groups and ids.</param>
public sealed record DoctorReport(string Host, string Kernel, DateTimeOffset Time, TimeSpan Took, IReadOnlyList<CheckResult> Results)
{
    public Verdict Verdict => Results.Count == 0 ? Verdict.Skip : Results.Max(static r => r.Verdict);

    /// <summary>
    /// 0: everything passed or does not apply. 1: a warning, or something could not be measured. 2: a failure.
    /// 3: nothing at all could be measured.
    /// </summary>
    public int ExitCode
    {
        get
        {
            var ran = Results.Where(static r => !r.Ignored).ToList();
            return ran.Count > 0 && ran.TrueForAll(static r => r.Verdict == Verdict.Unknown) ? 3 : Verdict switch
            {
                Verdict.Fail => 2,
                Verdict.Warn or Verdict.Unknown => 1,
                _ => 0,
            };
        }
    }

    public int Count(Verdict verdict) => Results.Count(r => !r.Ignored && r.Verdict == verdict);
}
