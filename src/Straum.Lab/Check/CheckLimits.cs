namespace Straum.Lab.Check;

/// <summary>How patient and how busy a check is.</summary>
internal static class CheckLimits
{
    /// <summary>One attempt. On one machine an answer takes well below a millisecond; what these cut off is broken, even where all cores are busy.</summary>
    public static readonly TimeSpan Attempt = TimeSpan.FromSeconds(3);

    /// <summary>One attempt when much has failed already.</summary>
    public static readonly TimeSpan ImpatientAttempt = TimeSpan.FromSeconds(0.4);

    /// <summary>All questions together. A healthy lab needs a few seconds; what has not been asked by then is said.</summary>
    public static readonly TimeSpan Total = TimeSpan.FromSeconds(60);

    /// <summary>Failed questions of one cell after which its others are not asked.</summary>
    public const int FailuresPerCell = 2;

    /// <summary>Pods per node that take part; more would show the same paths again.</summary>
    public const int PodsPerNode = 3;

    /// <summary>Places that ask at the same time: few, so that the latencies are those of the network and not of a queue for the cores.</summary>
    public const int PlacesAtOnce = 2;
}
