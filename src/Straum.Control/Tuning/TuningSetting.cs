namespace Straum.Control.Tuning;

/// <summary>One kernel setting that Straum has an opinion on.</summary>
public sealed record TuningSetting
{
    /// <summary>With dots: net.core.somaxconn.</summary>
    public required string Key { get; init; }

    public required SettingScope Scope { get; init; }

    /// <summary>The least profile that has it; never <see cref="TuningProfile.Off"/>.</summary>
    public required TuningProfile Profile { get; init; }

    public SettingRule Rule { get; init; } = SettingRule.Exactly;

    /// <summary>The wanted value on a machine.</summary>
    public required Func<TuningFacts, string> Value { get; init; }

    /// <summary>Whether a value is one that the kernel, or kube-proxy, sets by itself: then no administrator did.</summary>
    public required Func<TuningFacts, string, bool> IsDefault { get; init; }

    /// <summary>Less than this is too little for any node, and the doctor says so; null where it has no such threshold.</summary>
    public long? Least { get; init; }

    /// <summary>What the defaults are, for people.</summary>
    public required string Defaults { get; init; }

    /// <summary>What it is for.</summary>
    public required string Reason { get; init; }

    /// <summary>Where the value is from.</summary>
    public required string Source { get; init; }

    /// <summary>What it takes the place of: advice that is wrong today, or a program that used to set it. Null when of nothing.</summary>
    public string? Replaces { get; init; }

    /// <summary>Another setting that must list the wanted word first, such as tcp_available_congestion_control; null for none.</summary>
    public string? OfferedBy { get; init; }

    /// <summary>Why a machine's kernel takes no such value; null where it does.</summary>
    public Func<TuningFacts, string?> Hindrance { get; init; } = static _ => null;

    /// <summary>The kernel module that brings the setting, where it is not built in; null when every kernel has it from the start.</summary>
    public string? Module { get; init; }
}
