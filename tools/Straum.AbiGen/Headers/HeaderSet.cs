using System.Text.RegularExpressions;

namespace Straum.AbiGen.Headers;

/// <summary>
/// What BTF does not keep of the shared headers: which types they define, their comments, their integer constants, and the
/// lists (<c>.def</c>) that enums are made from. Reads the house's own C style, not C.
/// </summary>
internal sealed partial class HeaderSet
{
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, string> _typeDocs = [];
    private readonly Dictionary<string, string> _memberDocs = [];

    /// <summary>Integer <c>#define</c>s, by C name.</summary>
    public SortedDictionary<string, HeaderConstant> Constants { get; } = new(StringComparer.Ordinal);

    /// <summary>Entries of the <c>.def</c> list that an enum is made from, by the enum's C name.</summary>
    public SortedDictionary<string, IReadOnlyList<DefEntry>> Lists { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads every header of a folder; null reads none, and then every type counts as defined.</summary>
    public static HeaderSet Read(string? folder)
    {
        var set = new HeaderSet { ReadsNone = folder is null };
        if (folder is not null)
        {
            foreach (var path in Directory.GetFiles(folder, "*.h").Order(StringComparer.Ordinal))
            {
                set.Add(File.ReadAllText(path), folder);
            }
        }
        return set;
    }

    private bool ReadsNone { get; init; }

    /// <summary>Whether the headers define a struct, union or enum of this name.</summary>
    public bool Defines(string name) => ReadsNone || _names.Contains(name);

    /// <summary>The comment right above a type, or null.</summary>
    public string? DocOf(string type) => _typeDocs.GetValueOrDefault(type);

    /// <summary>The comment behind or above a field or enumerator, or null.</summary>
    public string? DocOf(string type, string member) => _memberDocs.GetValueOrDefault($"{type}.{member}");

    private void Add(string text, string folder)
    {
        foreach (Match type in TypeDefinition().Matches(text))
        {
            var (name, body) = (type.Groups["name"].Value, type.Groups["body"].Value);
            _names.Add(name);
            if (type.Groups["doc"].Success)
            {
                _typeDocs[name] = Prose(type.Groups["doc"].Value);
            }
            AddMembers(name, body);
            if (ListInclude().Match(body) is { Success: true } list)
            {
                var entries = DefEntry.Read(Path.Combine(folder, list.Groups["file"].Value), list.Groups["macro"].Value, list.Groups["prefix"].Value);
                Lists[name] = entries;
                foreach (var entry in entries)
                {
                    _memberDocs[$"{name}.{entry.Enumerator}"] = entry.What;
                }
            }
        }
        foreach (Match constant in ConstantDefinition().Matches(text))
        {
            var doc = constant.Groups["doc"].Success ? Prose(constant.Groups["doc"].Value) : null;
            Constants[constant.Groups["name"].Value] = HeaderConstant.Parse(constant.Groups["value"].Value, doc);
        }
    }

    private void AddMembers(string type, string body)
    {
        string? above = null;
        foreach (var line in body.Split('\n'))
        {
            var member = Member().Match(line);
            var comment = Comment().Match(line);
            if (!member.Success)
            {
                above = comment.Success ? Prose(comment.Groups["text"].Value) : null;
                continue;
            }
            var doc = comment.Success ? Prose(comment.Groups["text"].Value) : above;
            above = null;
            if (doc is not null)
            {
                _memberDocs[$"{type}.{member.Groups["name"].Value}"] = doc;
            }
        }
    }

    // The words of a comment, without the stars, on one line; a paragraph break stays one.
    private static string Prose(string comment)
    {
        var lines = comment.Split('\n').Select(static l => l.Trim().TrimStart('*').Trim());
        return string.Join("\n", string.Join("\n", lines).Trim().Split("\n\n").Select(static p => string.Join(' ', p.Split('\n', StringSplitOptions.RemoveEmptyEntries))));
    }

    // On one line, or to the brace in the first column.
    [GeneratedRegex("""(?:/\*(?<doc>(?:[^*]|\*(?!/))*)\*/\n)?(?:struct|union|enum)\s+(?:[A-Z_]+\s+)?(?<name>\w+)\s*\{(?:(?<body>[^\n{}]*)|(?<body>\n.*?)\n)\}""", RegexOptions.Singleline)]
    private static partial Regex TypeDefinition();

    [GeneratedRegex("""#define\s+(?<macro>\w+)\(name[^)]*\)\s+(?<prefix>\w+)##name.*?#include\s+"(?<file>[^"]+)["]""", RegexOptions.Singleline)]
    private static partial Regex ListInclude();

    [GeneratedRegex("""(?:/\*(?<doc>(?:[^*]|\*(?!/))*)\*/\n)?^#define\s+(?<name>[A-Z]\w+)\s+(?<value>0x[0-9a-fA-F]+|\d+)[uUlL]*[ \t]*(?:/\*.*\*/)?$""", RegexOptions.Multiline)]
    private static partial Regex ConstantDefinition();

    // A field: `type name[n];`. An enumerator: `NAME = 1,` or `NAME,`.
    [GeneratedRegex("""^\s+(?:[\w\s]+\s\*?(?<name>\w+)(?:\[[^;]*)?;|(?<name>[A-Z]\w*)\s*(?:=[^,/]*)?,)""")]
    private static partial Regex Member();

    [GeneratedRegex("""/\*(?<text>.*?)\*/""")]
    private static partial Regex Comment();
}
