using System.Net.Sockets;
using Straum.Lab.Echo;

namespace Straum.Lab.Check;

/// <summary>Gathers the answers to a plan's questions into the cells of the matrix. Safe for use from several tasks.</summary>
internal sealed class CheckMatrix(IReadOnlyList<Question> questions)
{
    private readonly Lock _lock = new();
    private readonly List<(Question Question, ProbeReport Report)> _answers = [];
    private readonly List<CheckCell> _extra = [];
    private readonly Dictionary<(CheckPath, AddressFamily, ProbeProtocol), int> _failed = [];

    public IReadOnlyList<Question> Questions { get; } = questions;

    public CheckProgress Progress
    {
        get
        {
            lock (_lock)
            {
                return new CheckProgress(_answers.Count, _failed.Values.Sum(), Questions.Count);
            }
        }
    }

    /// <summary>False once the question's cell has failed often enough that another failure would only cost time.</summary>
    public bool Wants(Question question)
    {
        lock (_lock)
        {
            return _failed.GetValueOrDefault(KeyOf(question)) < CheckLimits.FailuresPerCell;
        }
    }

    public void Add(Question question, ProbeReport report)
    {
        lock (_lock)
        {
            _answers.Add((question, report));
            if (question.Judge(report) is not null)
            {
                _failed[KeyOf(question)] = _failed.GetValueOrDefault(KeyOf(question)) + 1;
            }
        }
    }

    /// <summary>
    /// Whether each of a Service's backends answered somebody: judged over everybody who asked the Service, per family and
    /// protocol. Dozens of attempts on a handful of backends miss one by chance once in a billion runs.
    /// </summary>
    public void JudgeBackends(ServiceTarget? service)
    {
        if (service is null)
        {
            return;
        }
        foreach (var cell in _answers.Where(a => a.Question.Path == CheckPath.PodService).GroupBy(a => KeyOf(a.Question)))
        {
            var seen = cell.SelectMany(a => a.Report.Pods.Keys).ToHashSet();
            var first = cell.First().Question;
            var missing = service.Backends.Where(b => !seen.Contains(b)).Select(b => new CheckFailure(
                "all pods", "", service.Name, first.Target.ToString(), $"never answered by {b}"));
            _extra.Add(new CheckCell(CheckPath.ServiceBackends.Name, FamilyOf(first), NameOf(first), service.Backends.Count, 0, null, [.. missing]));
        }
    }

    public IReadOnlyList<CheckCell> Cells()
    {
        var answered = _answers.ToLookup(a => KeyOf(a.Question));
        return [.. Questions.GroupBy(KeyOf).Select(cell => Summarise(cell, [.. answered[cell.Key]])), .. _extra];
    }

    private static CheckCell Summarise(IEnumerable<Question> planned, (Question Question, ProbeReport Report)[] answers)
    {
        var first = planned.First();
        var failures = answers
            .Select(a => (a.Question, Reason: a.Question.Judge(a.Report)))
            .Where(a => a.Reason is not null)
            .Select(a => new CheckFailure(a.Question.From.Name, a.Question.From.Node, a.Question.To, a.Question.Target.ToString(), a.Reason!));
        var medians = answers.Select(a => a.Report.Latency?.P50Microseconds).OfType<double>().Order().ToArray();
        return new CheckCell(
            first.Path.Name, FamilyOf(first), NameOf(first), answers.Length, planned.Count() - answers.Length,
            medians.Length > 0 ? Math.Round(medians[(medians.Length - 1) / 2], 1) : null, [.. failures]);
    }

    private static (CheckPath, AddressFamily, ProbeProtocol) KeyOf(Question question) => (question.Path, question.Family, question.Protocol);

    private static int FamilyOf(Question question) => question.Family is AddressFamily.InterNetwork ? 4 : 6;

    private static string NameOf(Question question) => question.Protocol.ToString().ToLowerInvariant();
}
