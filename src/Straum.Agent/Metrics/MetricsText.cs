using System.Globalization;
using System.Text;

namespace Straum.Agent.Metrics;

/// <summary>Writes the text format of Prometheus, version 0.0.4: for each metric its help and type once, then its samples.</summary>
public sealed class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>A number that goes up and down.</summary>
    public MetricsText Gauge(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Head(name, help, "gauge").Sample(name, value, labels);

    /// <summary>A number that only grows; its name ends with _total.</summary>
    public MetricsText Counter(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Head(name, help, "counter").Sample(name, value, labels);

    /// <summary>Begins a metric with several samples.</summary>
    /// <param name="name">Of the metric.</param>
    /// <param name="help">One line.</param>
    /// <param name="type">gauge, counter or histogram.</param>
    public MetricsText Head(string name, string help, string type)
    {
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    public MetricsText Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"")
                .Append(labels[i].Value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
                .Append('"');
        }
        _text.Append(labels.Length > 0 ? "} " : " ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        return this;
    }

    /// <summary>The samples of one histogram; <see cref="Head"/> comes before the first.</summary>
    public MetricsText Histogram(string name, HistogramReading reading, string label, string labelValue)
    {
        var below = 0L;
        for (var i = 0; i < reading.Buckets.Count; i++)
        {
            below += reading.Buckets[i];
            var limit = i < reading.Limits.Count ? reading.Limits[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
            Sample(name + "_bucket", below, (label, labelValue), ("le", limit));
        }
        return Sample(name + "_sum", reading.Sum, (label, labelValue)).Sample(name + "_count", below, (label, labelValue));
    }

    public override string ToString() => _text.ToString();
}
