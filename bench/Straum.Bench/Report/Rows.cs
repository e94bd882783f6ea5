using System.Globalization;
using Straum.Bench.Statistics;

namespace Straum.Bench.Report;

/// <summary>How values and targets become rows.</summary>
internal static class Rows
{
    /// <summary>A comparison that shall be at most (time) or at least (throughput) so many times the peer's.</summary>
    public static FigureRow AtMost(string figure, Comparison c, string peer, double? target) =>
        new(figure, Number(c.Ours), PeerOf(c, peer), RatioOf(c), Most(target), Within(c.Ratio, target));

    /// <inheritdoc cref="AtMost"/>
    public static FigureRow AtLeast(string figure, Comparison c, string peer, double? target) =>
        new(figure, Number(c.Ours), PeerOf(c, peer), RatioOf(c), target is { } t ? $"≥ {Number(t)}" : "", target is null ? null : c.Ratio >= target);

    /// <summary>A value that shall be at most so much.</summary>
    public static FigureRow Limit(string figure, double value, double? target, string peer = "", string ratio = "") =>
        new(figure, Number(value), peer, ratio, Most(target), Within(value, target));

    /// <summary>A value that shall be at most so much, whatever the peer's is.</summary>
    public static FigureRow Limit(string figure, Comparison c, string peer, double? target) =>
        Limit(figure, c.Ours, target, PeerOf(c, peer), RatioOf(c));

    /// <summary>Three significant digits, and all digits of what is larger.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        0 => "0",
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Most(double? target) => target is { } t ? $"≤ {Number(t)}" : "";

    private static bool? Within(double value, double? target) => target is null ? null : value <= target;

    private static string PeerOf(Comparison c, string peer) => $"{Number(c.Theirs)} {peer}";

    private static string RatioOf(Comparison c) => $"{Ratio(c.Ratio)} ({Ratio(c.Low)}–{Ratio(c.High)})";

    private static string Ratio(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
