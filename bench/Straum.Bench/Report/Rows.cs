using System.Globalization;
using Straum.Bench.Statistics;

namespace Straum.Bench.Report;

/// <summary>How values and targets become rows.</summary>
internal static class Rows
{
    /// <summary>A comparison that shall be at most (time) or at least (throughput) so many times the peer's.</summary>
    public static FigureRow AtMost(string figure, Comparison c, string peer, double? target) =>
        Compared(figure, c, peer, target is { } t ? $"≤ {Number(t)}" : "", target is { } t2 ? c.Ratio <= t2 : null);

    /// <inheritdoc cref="AtMost"/>
    public static FigureRow AtLeast(string figure, Comparison c, string peer, double? target) =>
        Compared(figure, c, peer, target is { } t ? $"≥ {Number(t)}" : "", target is { } t2 ? c.Ratio >= t2 : null);

    /// <summary>A value that shall be at most so much.</summary>
    public static FigureRow Limit(string figure, double value, double? target, string peer = "", string ratio = "") =>
        new(figure, Number(value), peer, ratio, target is { } t ? $"≤ {Number(t)}" : "", target is { } t2 ? value <= t2 : null);

    /// <summary>Three significant digits, and all digits of what is larger.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        0 => "0",
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static FigureRow Compared(string figure, Comparison c, string peer, string target, bool? met) =>
        new(figure, Number(c.Ours), $"{Number(c.Theirs)} {peer}", $"{Ratio(c.Ratio)} ({Ratio(c.Low)}–{Ratio(c.High)})", target, met);

    private static string Ratio(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
