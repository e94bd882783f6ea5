using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// What an importer knows of the keys of one YAML format. A line is for a value, never for a group: each key of a group is
/// answered by itself. A path that ends in <c>.*</c> stands for everything below it that has no line of its own.
/// </summary>
internal sealed class KeyTable
{
    private const string Switch = ".enabled";

    private readonly Dictionary<string, Func<ImportValue, ImportAnswer>> _keys = [];

    /// <summary>Every path with a line of its own.</summary>
    public IEnumerable<string> Known => _keys.Keys;

    /// <summary>A key whose answer depends on its value.</summary>
    public void Add(string path, Func<ImportValue, ImportAnswer> answer) => _keys.Add(path, answer);

    /// <summary>A key whose answer is always the same.</summary>
    public void Add(string path, ImportAnswer answer) => _keys.Add(path, _ => answer);

    /// <summary>A switch of something that Straum does not have yet: off, it is kept.</summary>
    public void AddFeature(string path, string why) =>
        Add(path, value => value.IsOff ? ImportAnswer.Always("off here too") : ImportAnswer.NotServed(why));

    /// <summary>A switch of something that Straum will not have: off, it is kept.</summary>
    public void AddForeign(string path, string why) =>
        Add(path, value => value.IsOff ? ImportAnswer.Always("off here too") : ImportAnswer.Refused(why));

    /// <summary>Another name of a key that is in the table already.</summary>
    public void AddSynonym(string path, string of)
    {
        var answer = AnswerOf(of) ?? throw new ArgumentException($"no line for {of}", nameof(of));
        Add(path, value => answer(value with { Key = of }));
    }

    /// <summary>Whether a key at the top of the file is one of this format's.</summary>
    public bool Knows(string top) => _keys.Keys.Any(k => k == top || (k.StartsWith(top, StringComparison.Ordinal) && k[top.Length] == '.'));

    /// <summary>The answer for a key that has one.</summary>
    public ImportAnswer Answer(ImportValue value) => AnswerOf(value.Key)!(value);

    /// <summary>Says to the draft what becomes of every key below a group.</summary>
    /// <param name="root">The group.</param>
    /// <param name="source">The file.</param>
    /// <param name="draft">Takes the answers.</param>
    /// <param name="place">Where a position of the text is in the file.</param>
    /// <param name="find">What all files together have under a key.</param>
    public void Read(ConfigGroup root, ImportSource source, ImportDraft draft, Place place, Func<string, ConfigNode?> find)
    {
        ReadGroup(root, "");

        void ReadGroup(ConfigGroup group, string prefix)
        {
            foreach (var (name, node) in group.Entries)
            {
                var path = prefix is "" ? name.Text : $"{prefix}.{name.Text}";
                var value = new ImportValue(path, node, source.HasLines ? place(name.Line, name.Column).Line : 0) { Find = find };
                if (node is ConfigGroup { Entries.Count: > 0 } inner)
                {
                    ReadGroup(inner, path);
                }
                else if (AnswerOf(path) is { } answer)
                {
                    draft.Add(source, value, SaysNothing(node) ? ImportAnswer.Always("nothing is written here") : answer(value));
                }
                else if (SaysNothing(node) && Knows(path))
                {
                    draft.Add(source, value, ImportAnswer.Always("nothing is written here"));
                }
                else
                {
                    draft.AddUnknown(source, value, Known);
                }
            }
        }
    }

    // Zero is not among them: it may be a number as any other.
    private static bool AsksForNothing(ConfigNode node) => node is ConfigScalar { Text: "" or "false" or "disabled" } or ConfigList { Items.Count: 0 };

    private static bool SaysNothing(ConfigNode node) => node is ConfigScalar { IsNull: true } or ConfigGroup { Entries.Count: 0 };

    private Func<ImportValue, ImportAnswer>? AnswerOf(string path)
    {
        if (_keys.TryGetValue(path, out var own))
        {
            return own;
        }
        for (var dot = path.Length; dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            if (_keys.TryGetValue(path[..dot] + ".*", out var answer))
            {
                return value => OffWith(value) ?? (answer(value) is { Verdict: ImportVerdict.NotServed } && AsksForNothing(value.Node)
                    ? ImportAnswer.Always("off here too")
                    : answer(value));
            }
        }
        return null;
    }

    // What a group has beside its switch means nothing while that is off.
    private static ImportAnswer? OffWith(ImportValue value)
    {
        if (value.IsOff && value.Key.EndsWith(Switch, StringComparison.Ordinal))
        {
            return ImportAnswer.Always("off here too");
        }
        for (var dot = value.Key.LastIndexOf('.'); dot > 0; dot = value.Key.LastIndexOf('.', dot - 1))
        {
            if (value.Other(value.Key[..dot] + Switch) is { IsOff: true } off)
            {
                return ImportAnswer.Always($"{off.Key} is off");
            }
        }
        return null;
    }
}
