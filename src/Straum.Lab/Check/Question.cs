using System.Net;
using System.Net.Sockets;
using Straum.Lab.Echo;

namespace Straum.Lab.Check;

/// <summary>One thing to find out: whether somebody reaches something, and what both ends see.</summary>
/// <param name="Path">The row that it belongs to.</param>
/// <param name="From">Who asks.</param>
/// <param name="To">Who is asked, for people.</param>
/// <param name="Protocol">How.</param>
/// <param name="Target">Whom.</param>
public sealed record Question(CheckPath Path, Vantage From, string To, ProbeProtocol Protocol, IPEndPoint Target)
{
    /// <summary>Attempts.</summary>
    public int Count { get; init; } = 5;

    /// <summary>
    /// Asked by a process in <see cref="Vantage.Cgroup"/>, whose connections the node's socket programs translate. Otherwise by
    /// a socket of the checking program itself, which is in the same network namespace but in no cgroup of the node, so that
    /// packets to a Service reach the datapath untranslated.
    /// </summary>
    public bool InCgroup { get; init; }

    /// <summary>The source that the server must see; null where the design promises none.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Who may answer; empty for anybody.</summary>
    public IReadOnlyCollection<string> MayAnswer { get; init; } = [];

    /// <summary>Who must be among those who answered; null for nobody in particular.</summary>
    public string? MustAnswer { get; init; }

    public AddressFamily Family => Target.AddressFamily;

    /// <summary>Null when the report is what was expected, else the difference in one line.</summary>
    public string? Judge(ProbeReport report)
    {
        if (report.Answered < report.Sent)
        {
            return string.Join(", ", report.Errors.Select(e => e.Key));
        }
        if (report.Pods.Keys.FirstOrDefault(p => MayAnswer.Count > 0 && !MayAnswer.Contains(p)) is { } stranger)
        {
            return $"answered by {stranger}";
        }
        if (MustAnswer is { } must && !report.Pods.ContainsKey(must))
        {
            return $"never answered by {must} in {report.Sent} attempts";
        }
        // Asked once, the answer is one of many, but the source is the same for all of them or the expectation is wrong.
        if (Source is { } source && report.Answer is { } answer && answer.Source != source.ToString())
        {
            return $"server saw source {answer.Source} instead of {source}";
        }
        return report.Peer is { } peer && peer != Target.ToString() ? $"peer is {peer} instead of {Target}" : null;
    }
}
