namespace Straum.Cli.Terminal;

/// <summary>How long ago or how long, for people: 850ms, 12s, 3m12s, 4h5m, 6d3h.</summary>
internal static class Age
{
    public static string Of(double seconds) => TimeSpan.FromSeconds(seconds) switch
    {
        { TotalSeconds: < 1 } age => $"{age.TotalMilliseconds:0}ms",
        { TotalMinutes: < 1 } age => $"{(int)age.TotalSeconds}s",
        { TotalHours: < 1 } age => $"{age.Minutes}m{age.Seconds}s",
        { TotalDays: < 1 } age => $"{age.Hours}h{age.Minutes}m",
        var age => $"{(int)age.TotalDays}d{age.Hours}h",
    };
}
