using System.Globalization;

namespace Straum.Doctor.Reading;

/// <summary>A histogram of a Prometheus page: how many observations were at most each bound.</summary>
internal sealed class MetricHistogram
{
    private readonly List<(double Bound, double Count)> _buckets;

    private MetricHistogram(List<(double, double)> buckets) => _buckets = buckets;

    /// <summary>How many observations there are.</summary>
    public long Count => (long)_buckets[^1].Count;

    /// <summary>One histogram for each value of a label; only those with observations.</summary>
    public static IReadOnlyDictionary<string, MetricHistogram> ReadEach(string page, string name, string label)
    {
        var start = $"{label}=\"";
        return page.Split('\n').Where(l => l.StartsWith(name + "_bucket", StringComparison.Ordinal) && l.Contains(start, StringComparison.Ordinal))
            .GroupBy(l => l[(l.IndexOf(start, StringComparison.Ordinal) + start.Length)..].Split('"')[0])
            .Select(g => (g.Key, Value: Read(string.Join('\n', g), name))).Where(static g => g.Value is not null)
            .ToDictionary(static g => g.Key, static g => g.Value!);
    }

    /// <summary>Null when the page has no histogram of that name, or one without observations. Label sets are added up.</summary>
    public static MetricHistogram? Read(string page, string name)
    {
        var counts = new SortedDictionary<double, double>();
        foreach (var line in page.Split('\n').Where(l => l.StartsWith(name + "_bucket", StringComparison.Ordinal)))
        {
            const string Label = "le=\"";
            var start = line.IndexOf(Label, StringComparison.Ordinal) + Label.Length;
            var bound = line[start..line.IndexOf('"', start)];
            var key = bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture);
            counts[key] = counts.GetValueOrDefault(key) + double.Parse(NumberFields.Split(line[(line.LastIndexOf('}') + 1)..])[0], CultureInfo.InvariantCulture);
        }
        return counts.Count == 0 || counts.Values.Max() == 0 ? null : new MetricHistogram([.. counts.Select(static c => (c.Key, c.Value))]);
    }

    /// <summary>What was observed after <paramref name="before"/>; null when nothing was, or when the counters began anew.</summary>
    public MetricHistogram? Since(MetricHistogram? before)
    {
        if (before is null)
        {
            return this;
        }
        var earlier = before._buckets.ToDictionary(static b => b.Bound, static b => b.Count);
        var rises = _buckets.ConvertAll(b => (b.Bound, Count: b.Count - earlier.GetValueOrDefault(b.Bound)));
        return rises[^1].Count > 0 && rises.TrueForAll(static r => r.Count >= 0) ? new MetricHistogram(rises) : null;
    }

    /// <summary>The bounds of the bucket that the fraction falls in: the truth is above the first and at most the second, which is the largest time there is beyond the last bound.</summary>
    public (TimeSpan Above, TimeSpan AtMost) Bucket(double fraction)
    {
        var rank = fraction * _buckets[^1].Count;
        var index = _buckets.FindIndex(b => b.Count >= rank);
        var bound = _buckets[index].Bound;
        return (index == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(_buckets[index - 1].Bound), double.IsInfinity(bound) ? TimeSpan.MaxValue : TimeSpan.FromSeconds(bound));
    }

    /// <summary>The bound of the bucket that the fraction falls in: the truth is at most that. The last finite bound stands for all beyond it.</summary>
    public TimeSpan Percentile(double fraction)
    {
        var rank = fraction * _buckets[^1].Count;
        var bound = _buckets.First(b => b.Count >= rank).Bound;
        return TimeSpan.FromSeconds(double.IsInfinity(bound) ? _buckets.Where(static b => double.IsFinite(b.Bound)).Select(static b => b.Bound).LastOrDefault() * 2 : bound);
    }
}
