namespace Straum.Agent.Configuration;

/// <summary>One thing that is wrong with a configuration file.</summary>
/// <param name="File">The name that the text was read under.</param>
/// <param name="Line">From 1; 0 when no line is to blame.</param>
/// <param name="Column">From 1; 0 when no line is to blame.</param>
/// <param name="Key">The path of the key: routing.vxlan.port; empty when the whole text is wrong.</param>
/// <param name="Why">What is wrong.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record ConfigProblem(string File, int Line, int Column, string Key, string Why, string Fix)
{
    /// <summary>One line in the form that editors jump to: <c>straum.yaml:3:9: routing.mode: found vxln (did you mean vxlan?)</c>.</summary>
    public override string ToString() =>
        $"{File}:{(Line > 0 ? $"{Line}:{Column}:" : "")} {(Key is "" ? "" : Key + ": ")}{Why}{(Fix is "" ? "" : $" ({Fix})")}";
}
