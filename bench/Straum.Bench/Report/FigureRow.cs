namespace Straum.Bench.Report;

/// <summary>One line of the table.</summary>
/// <param name="Figure">What was measured, with its unit.</param>
/// <param name="Ours">Straum's value.</param>
/// <param name="Peer">The other's value and who that is; empty when the target is absolute.</param>
/// <param name="Ratio">Ours to the peer's, with the quartiles of the rounds; empty without a peer.</param>
/// <param name="Target">What it shall be; empty when the row is for orientation.</param>
/// <param name="Met">Whether it is; null when there is no target.</param>
internal sealed record FigureRow(string Figure, string Ours, string Peer, string Ratio, string Target, bool? Met)
{
    public string Verdict => Met switch
    {
        true => "ok",
        false => "**missed**",
        null => "",
    };

    /// <summary>The line on the terminal.</summary>
    public override string ToString() => string.Join(" · ", Figure, Ours, Peer, Ratio, Target, Verdict.Trim('*'));

    /// <summary>The line of the document.</summary>
    public string ToMarkdown() => $"| {Figure} | {Ours} | {Peer} | {Ratio} | {Target} | {Verdict} |";
}
