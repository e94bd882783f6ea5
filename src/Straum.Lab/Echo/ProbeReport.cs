namespace Straum.Lab.Echo;

/// <summary>What <c>straum probe</c> found at one target.</summary>
/// <param name="Protocol">http, tcp, udp or connect.</param>
/// <param name="Target">The address and port that was asked.</param>
/// <param name="Sent">Attempts made.</param>
/// <param name="Answered">Attempts that were answered, completely and in time.</param>
/// <param name="Pods">Who answered how often. Empty for connect.</param>
/// <param name="Peer">getpeername of the last answered attempt (of an unconnected socket: where the answer came from).</param>
/// <param name="Local">The local address of the last answered attempt.</param>
/// <param name="Answer">The last answer, without its padding: also says which source the server saw. Null for connect.</param>
/// <param name="Latency">Connect to last byte of the answered attempts; null when there was none.</param>
/// <param name="Errors">Why attempts were not answered, and how often: timeout, refused, unreachable, …</param>
public sealed record ProbeReport(
    string Protocol, string Target, int Sent, int Answered, IReadOnlyDictionary<string, int> Pods,
    string? Peer, string? Local, EchoAnswer? Answer, ProbeLatency? Latency, IReadOnlyDictionary<string, int> Errors)
{
    /// <summary>True when every attempt was answered.</summary>
    public bool IsComplete => Answered == Sent;
}

/// <summary>Latencies of one target's answered attempts, in microseconds.</summary>
public sealed record ProbeLatency(double MinMicroseconds, double P50Microseconds, double MaxMicroseconds)
{
    /// <summary>Of at least one attempt; the list is sorted in place. The median of an even number is the lower of the middle two.</summary>
    internal static ProbeLatency Of(List<TimeSpan> attempts)
    {
        attempts.Sort();
        return new(attempts[0].TotalMicroseconds, attempts[(attempts.Count - 1) / 2].TotalMicroseconds, attempts[^1].TotalMicroseconds);
    }
}
