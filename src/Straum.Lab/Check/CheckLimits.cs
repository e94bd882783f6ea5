namespace Straum.Lab.Check;

/// <summary>How patient a check is. On one machine an answer takes well below a millisecond, so whatever these cut off is broken.</summary>
internal static class CheckLimits
{
    /// <summary>One attempt: long enough for a SYN or neighbour solicitation that is repeated once.</summary>
    public static readonly TimeSpan Attempt = TimeSpan.FromSeconds(1.5);

    /// <summary>Failed questions of one cell after which its others are not asked.</summary>
    public const int FailuresPerCell = 2;

    /// <summary>Pods per node that take part; more would show the same paths again.</summary>
    public const int PodsPerNode = 3;
}
