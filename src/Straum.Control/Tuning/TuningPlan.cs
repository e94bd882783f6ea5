using System.Globalization;

namespace Straum.Control.Tuning;

/// <summary>Decides what to do about a setting. An administrator's decision is never touched, however it was made.</summary>
public static class TuningPlan
{
    /// <summary>
    /// The rules, the first that fits deciding:
    /// 1. The kernel has no such setting, or does not offer the value: nothing to do.
    /// 2. It is as wanted: nothing to do, and said where a file will make something else of it at the next start.
    /// 3. A file of the administrator's names it: it stays.
    /// 4. Straum wrote it, and it was changed since: it stays.
    /// 5. It has a value that the kernel or kube-proxy sets, or that Straum wrote: change it.
    /// 6. Anything else was set by hand: it stays.
    /// </summary>
    public static TuningStep Decide(TuningSetting setting, TuningFacts facts, SettingReading reading)
    {
        var value = setting.Value(facts);
        if (reading.Now is not { } now)
        {
            return Step(TuningAction.Missing, setting.Key.Contains("nf_conntrack", StringComparison.Ordinal)
                ? "the kernel tracks no connections here (nf_conntrack is not loaded)"
                : "this kernel, or this network namespace, has no such setting");
        }
        if (setting.OfferedBy is { } list && reading.Offered is { } offered && !offered.Split(' ').Contains(value))
        {
            return Step(TuningAction.Missing, $"{list} does not list {value}: modprobe tcp_{value}");
        }
        if (setting.Hindrance(facts) is { } hindrance)
        {
            return Step(TuningAction.Missing, hindrance);
        }
        if (IsMet(setting.Rule, now, value))
        {
            if (reading.AtStart is { } next && !SaysAsMuch(setting.Rule, next, value))
            {
                return Step(TuningAction.Keep, $"{next.Where} sets it to {next.Value} at the next start");
            }
            return Step(TuningAction.AsWanted, reading.Applied is { } own && own.Written == now ? "by straum tune"
                : reading.Administrator is { } same ? $"by {same.Where}"
                : "already");
        }
        if (reading.Administrator is { } line)
        {
            return Step(TuningAction.Keep, $"{line.Where} sets it to {line.Value}");
        }
        return reading.Applied switch
        {
            { IsCertain: true } applied when applied.Written != now => Step(TuningAction.Keep, $"straum tune apply wrote {applied.Written}, and somebody changed it since"),
            { } applied when applied.Written == now => Step(TuningAction.Change, "straum tune apply wrote another value before"),
            { } applied when applied.Previous == now => Step(TuningAction.Change, "the last apply did not get here, or the machine was started since"),
            _ when setting.IsDefault(facts, now) => Step(TuningAction.Change, "it has a default value"),
            _ when setting.Rule == SettingRule.Including => Step(TuningAction.Change, "what is there stays"),
            _ => Step(TuningAction.Keep, $"{now} is no default ({setting.Defaults}): somebody set it"),
        };

        TuningStep Step(TuningAction action, string why) =>
            new(setting, reading.Now, setting.Rule == SettingRule.Including ? PortSet.Union(reading.Now ?? "", value) : value, action, why);
    }

    private static bool IsMet(SettingRule rule, string now, string value) => rule switch
    {
        SettingRule.AtLeast => Number(now) >= Number(value),
        SettingRule.Including => PortSet.Contains(now, value),
        _ => now == value,
    };

    // Of a line, which anybody may have written.
    private static bool SaysAsMuch(SettingRule rule, AdministratorsLine line, string value)
    {
        try
        {
            return IsMet(rule, SysctlText.Plain(line.Value), value);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
