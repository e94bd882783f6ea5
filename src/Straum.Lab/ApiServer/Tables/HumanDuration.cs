namespace Straum.Lab.ApiServer.Tables;

/// <summary>An age as kubectl prints it: two units at most, fewer the older it is.</summary>
internal static class HumanDuration
{
    public const string Unknown = "<unknown>";

    public static string Since(DateTimeOffset? time, DateTimeOffset now) => time is { } then ? Format(now - then) : Unknown;

    public static string Format(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 60 * 2 => $"{seconds}s",
            _ when minutes < 10 => Two(minutes, "m", seconds % 60, "s"),
            _ when minutes < 60 * 3 => $"{minutes}m",
            _ when hours < 8 => Two(hours, "h", minutes % 60, "m"),
            _ when hours < 48 => $"{hours}h",
            _ when hours < 24 * 8 => Two(days, "d", hours % 24, "h"),
            _ when hours < 24 * 365 * 2 => $"{days}d",
            _ when hours < 24 * 365 * 8 => Two(days / 365, "y", days % 365, "d"),
            _ => $"{days / 365}y",
        };
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
