namespace Straum.Linux.Bpf;

/// <summary>What a program did with a packet.</summary>
/// <param name="ReturnValue">The verdict.</param>
/// <param name="Data">The packet afterwards.</param>
/// <param name="Context">The context afterwards; empty when none was given.</param>
/// <param name="DurationNanoseconds">Mean time of one run.</param>
public sealed record TestRunResult(uint ReturnValue, byte[] Data, byte[] Context, long DurationNanoseconds)
{
    /// <summary>Mean time of one run, cut to the hundred nanoseconds that a <see cref="TimeSpan"/> counts in.</summary>
    public TimeSpan Duration => TimeSpan.FromTicks(DurationNanoseconds / TimeSpan.NanosecondsPerTick);
}
