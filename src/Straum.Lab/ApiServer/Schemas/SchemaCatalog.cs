using System.Reflection;

namespace Straum.Lab.ApiServer.Schemas;

/// <summary>
/// The types of the built-in kinds, read once from the <c>*.schema</c> files beside this class.
/// <para>
/// A line at the margin starts a type; an indented line is a field: name (with <c>!</c> when required), type,
/// <c>@N</c> with its protobuf number (<c>@N.M</c> inside a message that JSON does not show; <c>?</c> behind it when a
/// zero is a value), and for lists <c>merge</c> or <c>merge=KEY</c>; <c>retainKeys</c> where the strategy has it.
/// Types are <c>string bytes bool int intOrString quantity time microtime any</c>, another type's name, <c>[]T</c> for a
/// list and <c>{T}</c> for a map from text. <c>+ Type @N</c> takes over the fields of a type above, whose message is
/// field N of this one. <c>#</c> starts a comment.
/// </para>
/// </summary>
internal sealed class SchemaCatalog
{
    private static readonly Dictionary<string, SchemaType> Simple = new(StringComparer.Ordinal)
    {
        ["string"] = SchemaType.Text,
        ["bytes"] = SchemaType.Bytes,
        ["bool"] = SchemaType.Flag,
        ["int"] = SchemaType.Integer,
        ["intOrString"] = SchemaType.IntegerOrText,
        ["quantity"] = SchemaType.Quantity,
        ["time"] = SchemaType.Time,
        ["microtime"] = SchemaType.MicroTime,
        ["any"] = SchemaType.Any,
    };

    private readonly Dictionary<string, Schema> _types = new(StringComparer.Ordinal);
    private readonly HashSet<string> _defined = new(StringComparer.Ordinal);

    private SchemaCatalog()
    {
    }

    /// <summary>The catalog of this assembly.</summary>
    public static SchemaCatalog Builtin { get; } = Load();

    /// <summary>All object types that are defined.</summary>
    public IEnumerable<Schema> Types => _defined.Select(name => _types[name]);

    /// <summary>The schema of a kind: its type with apiVersion, kind and metadata.</summary>
    public Schema Kind(string type)
    {
        if (!_defined.Contains(type))
        {
            throw new KeyNotFoundException($"no schema file defines {type}");
        }
        var name = type.Split('.')[0];
        var kind = new Schema(SchemaType.Object, name);
        kind.Add(Implied("apiVersion", "string", []));
        kind.Add(Implied("kind", "string", []));
        kind.Add(Implied("metadata", "ObjectMeta", [1]));
        foreach (var field in _types[type].Fields.Values)
        {
            kind.Add(field);
        }
        return kind;
    }

    /// <summary>The schema of a body that need not be a stored kind, such as DeleteOptions; null when there is none.</summary>
    public Schema? FindBody(string kind) =>
        !_defined.Contains(kind) ? null
        : kind == "DeleteOptions" ? _types[kind] // the one body without metadata
        : Kind(kind);

    /// <summary>Reads schema text; throws <see cref="FormatException"/> with the line that is wrong.</summary>
    public static SchemaCatalog Parse(params IEnumerable<string> files)
    {
        var catalog = new SchemaCatalog();
        foreach (var file in files)
        {
            catalog.Read(file);
        }
        var missing = catalog._types.Values.FirstOrDefault(t => t.Type == SchemaType.Object && !catalog._defined.Contains(t.Name));
        return missing is null ? catalog : throw new FormatException($"type {missing.Name} is used but not defined");
    }

    private static SchemaCatalog Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return Parse(assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".schema", StringComparison.Ordinal))
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            }));
    }

    private void Read(string text)
    {
        Schema? type = null;
        foreach (var (index, line) in text.Split('\n').Index())
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }
            if (!char.IsWhiteSpace(line[0]))
            {
                type = Resolve(line.Trim());
                if (!_defined.Add(type.Name))
                {
                    throw new FormatException($"line {index + 1}: {type.Name} is defined twice");
                }
                continue;
            }
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (type is null || words.Length < 2)
            {
                throw new FormatException($"line {index + 1}: a field is indented below its type and reads NAME TYPE: {line}");
            }
            if (words[0] == "+")
            {
                foreach (var inherited in Resolve(words[1]).Fields.Values)
                {
                    type.Add(inherited with { Wire = [.. Wire(words), .. inherited.Wire] });
                }
                continue;
            }
            var merge = words.Skip(2).FirstOrDefault(word => word.StartsWith("merge", StringComparison.Ordinal));
            type.Add(new SchemaField(
                words[0].TrimEnd('!'), Resolve(words[1]), words[0].EndsWith('!'),
                Merges: merge is not null,
                MergeKey: merge is not null && merge.Contains('=') ? merge[(merge.IndexOf('=') + 1)..] : null,
                RetainsKeys: words.Contains("retainKeys"),
                Wire: Wire(words),
                KeepsZero: words.Any(word => word[0] == '@' && word[^1] == '?')));
        }
    }

    private static IReadOnlyList<int> Wire(string[] words) =>
        words.FirstOrDefault(word => word[0] == '@') is { } number
            ? [.. number.Trim('@', '?').Split('.').Select(int.Parse)]
            : [];

    private SchemaField Implied(string name, string type, int[] wire) => new(name, Resolve(type), false, false, null, false, wire, false);

    private Schema Resolve(string name)
    {
        if (_types.TryGetValue(name, out var known))
        {
            return known;
        }
        var schema = Simple.TryGetValue(name, out var simple) ? new Schema(simple, name)
            : name.StartsWith("[]", StringComparison.Ordinal) ? new Schema(SchemaType.List, name, Resolve(name[2..]))
            : name.StartsWith('{') ? new Schema(SchemaType.Map, name, Resolve(name[1..^1]))
            : new Schema(SchemaType.Object, name);
        _types.Add(name, schema);
        return schema;
    }
}
