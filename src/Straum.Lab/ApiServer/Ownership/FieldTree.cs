using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Ownership;

/// <summary>
/// A set of fields of one object, in the tree that <c>managedFields[].fieldsV1</c> is: names of parts
/// (<see cref="Parts"/>), and under each the set below it.
/// </summary>
internal sealed class FieldTree
{
    private const string Itself = ".";

    private readonly SortedDictionary<string, FieldTree> _parts = new(StringComparer.Ordinal);

    /// <summary>The field itself is in the set, and not only something below it.</summary>
    public bool Owned { get; set; }

    public IReadOnlyDictionary<string, FieldTree> Parts => _parts;

    public bool IsEmpty => !Owned && _parts.Count == 0;

    /// <summary>The set below a part; made where it is missing.</summary>
    public FieldTree Need(string part) => _parts.TryGetValue(part, out var found) ? found : _parts[part] = new FieldTree();

    public FieldTree? Find(string part) => _parts.GetValueOrDefault(part);

    public void Put(string part, FieldTree below) => _parts[part] = below;

    public void Remove(string part) => _parts.Remove(part);

    /// <summary>Every part that a value has.</summary>
    public static FieldTree Of(JsonNode? value, Shape shape)
    {
        var tree = new FieldTree();
        if (!Ownership.Parts.TryTakeApart(value, shape, out var parts) || parts.Count == 0)
        {
            tree.Owned = true;
            return tree;
        }
        foreach (var (name, (part, partShape)) in parts)
        {
            var below = Of(part, partShape);
            // An entry of a list is something of its own, beside its fields.
            below.Owned |= name[0] == 'k';
            tree._parts[name] = below;
        }
        return tree;
    }

    /// <summary>Reads fieldsV1.</summary>
    public static FieldTree Read(JsonObject fields)
    {
        var tree = new FieldTree { Owned = fields.Count == 0 || fields.ContainsKey(Itself) };
        foreach (var (name, below) in fields)
        {
            if (name != Itself)
            {
                tree._parts[name] = Read(below as JsonObject ?? []);
            }
        }
        return tree;
    }

    /// <summary>Writes fieldsV1.</summary>
    public JsonObject Write()
    {
        var fields = new JsonObject();
        if (Owned && _parts.Count > 0)
        {
            fields[Itself] = new JsonObject();
        }
        foreach (var (name, below) in _parts)
        {
            fields[name] = below.Write();
        }
        return fields;
    }

    /// <summary>What is in one or the other.</summary>
    public FieldTree Union(FieldTree other) => Combine(other, static (a, b) => a || b);

    /// <summary>What is in both.</summary>
    public FieldTree Intersect(FieldTree other) => Combine(other, static (a, b) => a && b);

    /// <summary>What is in this and not in the other.</summary>
    public FieldTree Except(FieldTree other) => Combine(other, static (a, b) => a && !b);

    /// <summary>The fields in the set as the API server writes paths: <c>.spec.ports[port=80,protocol="TCP"].name</c>.</summary>
    public IEnumerable<string> Paths() => Paths("");

    private FieldTree Combine(FieldTree other, Func<bool, bool, bool> holds)
    {
        var tree = new FieldTree { Owned = holds(Owned, other.Owned) };
        foreach (var name in _parts.Keys.Union(other._parts.Keys))
        {
            var below = (Find(name) ?? new()).Combine(other.Find(name) ?? new(), holds);
            if (!below.IsEmpty)
            {
                tree._parts[name] = below;
            }
        }
        return tree;
    }

    private IEnumerable<string> Paths(string path)
    {
        if (Owned)
        {
            yield return path;
        }
        foreach (var (name, below) in _parts)
        {
            foreach (var found in below.Paths(path + Step(name)))
            {
                yield return found;
            }
        }
    }

    private static string Step(string part) => part[..2] switch
    {
        "f:" => "." + part[2..],
        "k:" when JsonNode.Parse(part[2..]) is JsonObject keys => $"[{string.Join(',', keys.Select(k => $"{k.Key}={k.Value?.ToJsonString()}"))}]",
        _ => $"[={part[2..]}]",
    };
}
