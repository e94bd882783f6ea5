using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>What an importer makes of one key: a verdict, and at most one key of straum.yaml.</summary>
/// <param name="Verdict">What becomes of it, if the value fits the target.</param>
/// <param name="Target">The path in straum.yaml; null when there is none.</param>
/// <param name="Value">For the target; null takes the value as it was written.</param>
/// <param name="Why">For the report.</param>
internal sealed record ImportAnswer(ImportVerdict Verdict, string? Target, ConfigNode? Value, string Why)
{
    /// <summary>The same value under Straum's name.</summary>
    public static ImportAnswer As(string target, string why = "") => new(ImportVerdict.Kept, target, null, why);

    /// <summary>The same meaning in Straum's words.</summary>
    public static ImportAnswer As(string target, ConfigNode value, string why = "") => new(ImportVerdict.Kept, target, value, why);

    /// <inheritdoc cref="As(string, ConfigNode, string)"/>
    public static ImportAnswer As(string target, string value, string why) => As(target, Plain(value), why);

    /// <summary>Straum does this without being told.</summary>
    public static ImportAnswer Always(string why) => new(ImportVerdict.Kept, null, null, why);

    public static ImportAnswer Changed(string why) => new(ImportVerdict.Changed, null, null, why);

    public static ImportAnswer Changed(string target, string value, string why) => new(ImportVerdict.Changed, target, Plain(value), why);

    public static ImportAnswer NotServed(string why) => new(ImportVerdict.NotServed, null, null, why);

    public static ImportAnswer Refused(string why) => new(ImportVerdict.Refused, null, null, why);

    /// <summary>A word that the other program would not take. In its words, which are those of the file; Straum's would be no help there.</summary>
    public static ImportAnswer Misspelt(string program, ImportValue value, params string[] words) =>
        Refused($"{program} has {string.Join(" or ", words)} for it, not {(value.Shown is { Length: > 0 } shown ? shown : "''")}"
            + (NearestName.Find(value.Text, words) is { } nearest ? $"; did you mean {nearest}?" : ""));

    private static ConfigScalar Plain(string text) => new(text, IsPlain: true, 0, 0);
}
