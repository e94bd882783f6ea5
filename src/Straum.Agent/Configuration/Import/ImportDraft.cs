using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// The configuration that an import is making. Takes nothing that the agent would not take: a value that its key refuses,
/// or that does not fit to another, becomes a finding and not a line.
/// </summary>
internal sealed class ImportDraft
{
    private readonly List<ImportFinding> _findings = [];
    private readonly List<Assignment> _assignments = [];

    /// <summary>What was carried over so far, on the defaults.</summary>
    public AgentOptions Options { get; private set; } = new();

    public IReadOnlyList<ImportFinding> Findings => _findings;

    /// <summary>Whether a key of straum.yaml was set.</summary>
    public bool Has(string target) => _assignments.Exists(a => a.Target == target);

    /// <summary>Notes what becomes of a key, and carries its value over if the answer says so.</summary>
    public void Add(ImportSource source, ImportValue value, ImportAnswer answer)
    {
        if (answer is { Target: not null, Value: null } && value.Node is ConfigScalar { Text: "" })
        {
            answer = ImportAnswer.Always("nothing is written here");
        }
        _findings.Add(new ImportFinding(source.File, value.Line, value.Key, value.Shown, answer.Verdict, null, answer.Why));
        if (answer.Target is not null)
        {
            var node = answer.Value ?? Unquoted(value.Node);
            Set(new Assignment(answer.Target, node, node, _findings.Count - 1));
        }
    }

    /// <summary>Notes a key that nothing is known of.</summary>
    /// <param name="source">Where it is.</param>
    /// <param name="value">It.</param>
    /// <param name="known">Keys that it could have meant.</param>
    public void AddUnknown(ImportSource source, ImportValue value, IEnumerable<string> known)
    {
        var nearest = Nearest(value.Key, known);
        _findings.Add(new ImportFinding(source.File, value.Line, value.Key, value.Shown, ImportVerdict.Unknown, null,
            "this importer does not know the key" + (nearest is null ? "" : $"; did you mean {nearest}?")));
    }

    /// <summary>The result; what does not fit together is taken out until the rest does.</summary>
    public ImportResult Finish()
    {
        while (Options.Validate() is [var problem, ..])
        {
            var culprit = _assignments.FindLast(a => a.Target == problem.Key) ?? _assignments[^1];
            _assignments.Remove(culprit);
            Refuse(culprit, $"{problem.Why} ({problem.Fix})");
            Options = _assignments.Aggregate(new AgentOptions(), static (options, a) => ConfigKeys.ByPath[a.Target].Read(options, a.Value, static (_, _, _) => { }));
        }
        foreach (var assignment in _assignments)
        {
            _findings[assignment.Finding] = _findings[assignment.Finding] with { Becomes = $"{assignment.Target}: {Print(assignment)}" };
        }
        var origins = _assignments.GroupBy(static a => a.Target).ToDictionary(static g => g.Key, g => OriginOf([.. g.Select(a => _findings[a.Finding])]));
        return new ImportResult(ConfigWriter.Print(Options, origins, "straum.yaml, written by `straum import`. What is in effect, and why: straum config print FILE"), _findings);
    }

    // Within its own group, where that has others: a long group's name would make any two of its keys look alike.
    private static string? Nearest(string key, IEnumerable<string> known)
    {
        var group = key[..(key.LastIndexOf('.') + 1)];
        var siblings = known.Where(k => k.StartsWith(group, StringComparison.Ordinal) && !k.AsSpan(group.Length).Contains('.')).ToList();
        return siblings.Count > 0 && NearestName.Find(key[group.Length..], siblings.Select(k => k[group.Length..])) is { } name ? group + name
            : siblings.Count > 0 ? null
            : NearestName.Find(key, known);
    }

    private void Set(Assignment assignment)
    {
        var key = ConfigKeys.ByPath[assignment.Target];
        var before = _assignments.FindLast(a => a.Target == assignment.Target);
        string? wrong = null;
        if (assignment.Own is ConfigList { Items.Count: > 1 } list)
        {
            (var right, wrong) = Sift(key, list);
            assignment = assignment with { Own = right, Value = right };
        }
        if (before is { Value: ConfigList first } && assignment.Value is ConfigList second)
        {
            assignment = assignment with { Value = Union(first, second) };
        }
        string? refusal = null;
        var options = key.Read(Options, assignment.Value, (_, why, fix) => refusal ??= $"{why} ({fix})");
        if (assignment.Value != assignment.Own && options.Validate().FirstOrDefault(p => p.Key == assignment.Target) is { } clash)
        {
            refusal ??= $"{clash.Why} ({clash.Fix})";
        }
        if (refusal is not null)
        {
            Refuse(assignment, $"not a value for {assignment.Target}: {refusal}");
        }
        else if (before is not null && before.Value is not ConfigList && key.Print(options) != key.Print(Options))
        {
            Refuse(assignment, $"{assignment.Target} is {key.Print(Options)} already, by {_findings[before.Finding].Key} in {_findings[before.Finding].Where}");
        }
        else
        {
            Options = options;
            _assignments.Add(assignment);
            if (wrong is not null)
            {
                Refuse(assignment, $"not for {assignment.Target}: {wrong}; the others are carried over");
            }
        }
    }

    // What one item of a list lacks is no fault of the others. None of them right, the list stays as it is, to be refused.
    private static (ConfigList Right, string? Wrong) Sift(ConfigKey key, ConfigList list)
    {
        var right = new List<ConfigNode>();
        var wrong = new List<string>();
        foreach (var item in list.Items.Where(static i => i is not (ConfigScalar { Text: "" } or ConfigScalar { IsNull: true })))
        {
            string? refusal = null;
            key.Read(new AgentOptions(), list with { Items = [item] }, (_, why, fix) => refusal ??= $"{why} ({fix})");
            if (refusal is not null)
            {
                wrong.Add(refusal);
            }
            else if (item is not ConfigScalar scalar || !right.Exists(r => r is ConfigScalar { Text: var text } && text == scalar.Text))
            {
                right.Add(item);
            }
        }
        return right.Count > 0 ? (list with { Items = right }, wrong.Count > 0 ? string.Join("; ", wrong) : null) : (list, null);
    }

    private void Refuse(Assignment assignment, string why) =>
        _findings[assignment.Finding] = _findings[assignment.Finding] with { Verdict = ImportVerdict.Refused, Why = why };

    private static string Print(Assignment assignment)
    {
        var key = ConfigKeys.ByPath[assignment.Target];
        return key.Print(key.Read(new AgentOptions(), assignment.Own, static (_, _, _) => { }));
    }

    private static string OriginOf(IReadOnlyList<ImportFinding> findings) => findings is [var only]
        ? $"{only.Key} ({only.Where})"
        : string.Join(", ", findings.Select(static f => f.Where).Distinct());

    private static ConfigList Union(ConfigList first, ConfigList second)
    {
        var known = first.Items.OfType<ConfigScalar>().Select(static i => i.Text).ToHashSet();
        return first with { Items = [.. first.Items, .. second.Items.Where(i => i is not ConfigScalar scalar || known.Add(scalar.Text))] };
    }

    // Helm values quote what chart templates take for text: "true", "6443".
    private static ConfigNode Unquoted(ConfigNode node) => node is ConfigScalar { Text: not ("null" or "~") } scalar ? scalar with { IsPlain = true } : node;

    /// <param name="Target">The path in straum.yaml.</param>
    /// <param name="Own">What the finding's key says.</param>
    /// <param name="Value">That, and for a list what other keys said before.</param>
    /// <param name="Finding">Its index.</param>
    private sealed record Assignment(string Target, ConfigNode Own, ConfigNode Value, int Finding);
}
