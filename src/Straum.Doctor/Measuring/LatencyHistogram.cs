using System.Numerics;

namespace Straum.Doctor.Measuring;

/// <summary>
/// Durations in buckets whose width grows with the value, as in HdrHistogram: 64 to every power of two, so that a percentile
/// is at most 1.6 % above the truth, from a nanosecond to hours, in fixed memory. Not for several writers at once.
/// </summary>
public sealed class LatencyHistogram
{
    private const int Shift = 6;
    private const int PerPower = 1 << Shift;
    private readonly long[] _buckets = new long[(64 - Shift) * PerPower];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public TimeSpan Sum { get; private set; }

    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : Sum / Count;

    public void Record(TimeSpan duration)
    {
        _buckets[IndexOf(ToNanoseconds(duration))]++;
        Count++;
        Sum += duration;
        Max = duration > Max ? duration : Max;
    }

    /// <summary>The smallest bucket bound that at least <paramref name="fraction"/> of the durations do not exceed; zero without any.</summary>
    /// <param name="fraction">0.99 for the 99th percentile.</param>
    public TimeSpan Percentile(double fraction)
    {
        var rank = (long)Math.Ceiling(fraction * Count);
        long seen = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= rank && seen > 0)
            {
                var bound = TimeSpan.FromTicks((UpperBound(i) + 99) / 100);
                return bound < Max ? bound : Max;
            }
        }
        return Max;
    }

    private static long ToNanoseconds(TimeSpan duration) => Math.Max(0, duration.Ticks) * 100;

    private static int IndexOf(long value)
    {
        // Below 64 every value has its own bucket; above, the six bits after the leading one choose it.
        if (value < PerPower)
        {
            return (int)value;
        }
        var power = BitOperations.Log2((ulong)value) - Shift;
        return ((power + 1) << Shift) + (int)(value >> power) - PerPower;
    }

    private static long UpperBound(int index)
    {
        if (index < PerPower)
        {
            return index;
        }
        var power = (index >> Shift) - 1;
        return ((long)(index & (PerPower - 1)) + PerPower + 1 << power) - 1;
    }
}
