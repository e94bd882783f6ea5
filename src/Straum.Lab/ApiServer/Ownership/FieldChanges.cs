using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Ownership;

/// <summary>How one form of an object differs from another.</summary>
/// <param name="Set">Fields that are new or have another value.</param>
/// <param name="Removed">Fields that are gone.</param>
internal sealed record FieldChanges(FieldTree Set, FieldTree Removed)
{
    public bool IsEmpty => Set.IsEmpty && Removed.IsEmpty;

    public static FieldChanges Between(JsonNode? before, JsonNode? after, Shape shape)
    {
        var changes = new FieldChanges(new FieldTree(), new FieldTree());
        Compare(before, after, shape, changes.Set, changes.Removed);
        return changes;
    }

    private static void Compare(JsonNode? before, JsonNode? after, Shape shape, FieldTree set, FieldTree removed)
    {
        if (!Parts.TryTakeApart(before, shape, out var old) | !Parts.TryTakeApart(after, shape, out var now))
        {
            set.Owned = !JsonNode.DeepEquals(before, after);
            return;
        }
        foreach (var (name, (value, part)) in now)
        {
            if (old.TryGetValue(name, out var earlier))
            {
                Compare(earlier.Value, value, part, set.Need(name), removed.Need(name));
            }
            else
            {
                Take(set, name, value, part);
            }
        }
        foreach (var (name, (value, part)) in old)
        {
            if (!now.ContainsKey(name))
            {
                Take(removed, name, value, part);
            }
        }
        Trim(set);
        Trim(removed);
    }

    // A list or map that comes or goes is itself a part, beside what it holds.
    private static void Take(FieldTree tree, string name, JsonNode? value, Shape shape)
    {
        var whole = FieldTree.Of(value, shape);
        whole.Owned = true;
        tree.Put(name, whole);
    }

    private static void Trim(FieldTree tree)
    {
        foreach (var name in tree.Parts.Where(p => p.Value.IsEmpty).Select(p => p.Key).ToArray())
        {
            tree.Remove(name);
        }
    }
}
