namespace Straum.Kubernetes.Informers;

/// <summary>
/// Growing pauses between attempts: doubled each time up to a limit, and between half and all of that by
/// chance, so that a thousand agents that lost the same server do not come back in step.
/// </summary>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    private int _failures;

    /// <summary>The pause after one more failure; at least what the server asked for.</summary>
    public TimeSpan Next(TimeSpan? asked = null)
    {
        var whole = Math.Min(longest.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(_failures, 30)));
        _failures++;
        var pause = TimeSpan.FromSeconds(whole * (0.5 + (random.NextDouble() / 2)));
        return asked is { } least && least > pause ? least : pause;
    }

    /// <summary>Something succeeded: the next failure starts small again.</summary>
    public void Reset() => _failures = 0;
}
