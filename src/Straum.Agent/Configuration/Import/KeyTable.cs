using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// What an importer knows of the keys of one YAML format. A path that ends in <c>.*</c> stands for everything below it that
/// has no line of its own.
/// </summary>
internal sealed class KeyTable
{
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

    /// <summary>Whether a key at the top of the file is one of this format's.</summary>
    public bool Knows(string top) => _keys.Keys.Any(k => k == top || (k.StartsWith(top, StringComparison.Ordinal) && k[top.Length] == '.'));

    /// <summary>Says to the draft what becomes of every key below a group.</summary>
    public void Read(ConfigGroup root, ImportSource source, ImportDraft draft, Place place) => ReadGroup(root, "", source, draft, place);

    private void ReadGroup(ConfigGroup group, string prefix, ImportSource source, ImportDraft draft, Place place)
    {
        foreach (var (name, node) in group.Entries)
        {
            var path = prefix is "" ? name.Text : $"{prefix}.{name.Text}";
            var value = new ImportValue(path, node, source.HasLines ? place(name.Line, name.Column).Line : 0);
            if (_keys.TryGetValue(path, out var own))
            {
                draft.Add(source, value, value.Node is ConfigScalar { IsNull: true } ? ImportAnswer.Always("nothing is written here") : own(value));
            }
            else if (node is ConfigGroup { Entries.Count: > 0 } inner)
            {
                ReadGroup(inner, path, source, draft, place);
            }
            else if (Enclosing(path) is { } enclosing)
            {
                draft.Add(source, value, enclosing(value));
            }
            else
            {
                draft.AddUnknown(source, value, Known);
            }
        }
    }

    private Func<ImportValue, ImportAnswer>? Enclosing(string path)
    {
        for (var dot = path.Length; dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            if (_keys.TryGetValue(path[..dot] + ".*", out var answer))
            {
                return answer;
            }
        }
        return null;
    }
}
