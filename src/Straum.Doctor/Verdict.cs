namespace Straum.Doctor;

/// <summary>What a check thinks of what it saw. The values are ordered: the worst of a run decides its exit code.</summary>
public enum Verdict
{
    /// <summary>The check has nothing to look at on this host, and that is no fault: no IPVS, no agent installed.</summary>
    Skip,

    /// <summary>Measured, and within the threshold.</summary>
    Pass,

    /// <summary>It could not be measured, and the finding says why. Never shown as a pass.</summary>
    Unknown,

    /// <summary>Works, but costs or will cost something; the exit code becomes 1.</summary>
    Warn,

    /// <summary>Breaks traffic or will soon; the exit code becomes 2.</summary>
    Fail,
}
