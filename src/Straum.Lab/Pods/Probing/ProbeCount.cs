namespace Straum.Lab.Pods.Probing;

/// <summary>Turns a row of attempts into a verdict: it takes so many successes, or so many failures, one after the other.</summary>
/// <param name="successes">successThreshold.</param>
/// <param name="failures">failureThreshold.</param>
internal sealed class ProbeCount(int successes, int failures)
{
    private bool _last;
    private int _row;

    public ProbeVerdict Verdict { get; private set; }

    /// <summary>Counts an attempt. Returns true when it changed the verdict.</summary>
    public bool Add(bool success)
    {
        _row = success == _last ? _row + 1 : 1;
        _last = success;
        var verdict = _row < (success ? successes : failures) ? Verdict : success ? ProbeVerdict.Healthy : ProbeVerdict.Unhealthy;
        var changed = verdict != Verdict;
        Verdict = verdict;
        return changed;
    }
}

/// <summary>What the attempts so far say.</summary>
internal enum ProbeVerdict
{
    /// <summary>Too few attempts. Not ready, but not to be restarted either.</summary>
    Unknown,
    Healthy,
    Unhealthy,
}
