namespace Straum.Lab.Processes;

/// <summary>
/// How long to wait before something that ended is started again: doubling from <see cref="First"/> to <see cref="Longest"/>,
/// and from the start again once a run lasted <see cref="ResetAfter"/>.
/// </summary>
public sealed class Backoff
{
    private TimeSpan _next;

    public Backoff() => _next = First;

    public TimeSpan First
    {
        get;
        init { field = value; _next = value; }
    } = TimeSpan.FromMilliseconds(200);

    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait after a run that lasted <paramref name="ran"/>.</summary>
    public TimeSpan Next(TimeSpan ran)
    {
        if (ran >= ResetAfter)
        {
            _next = First;
        }
        var wait = _next;
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return wait;
    }
}
