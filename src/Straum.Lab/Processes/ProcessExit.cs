namespace Straum.Lab.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code, 128 + the signal's number when a signal ended it; null when it was not ours to wait for.</param>
public readonly record struct ProcessExit(int? Code)
{
    /// <summary>The signal that ended it, or null.</summary>
    public int? Signal => Code > 128 ? Code - 128 : null;

    public bool Succeeded => Code == 0;

    public override string ToString() => Signal is { } signal ? $"signal {signal}" : Code is { } code ? $"exit code {code}" : "ended";
}
