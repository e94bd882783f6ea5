using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Selectors;

/// <summary>A conjunction of requirements on labels; without any it matches everything.</summary>
internal sealed class LabelSelector
{
    public static readonly LabelSelector Everything = new([]);

    public static readonly LabelSelector Nothing = new([new LabelRequirement("", LabelOperator.In, [])]);

    public LabelSelector(IReadOnlyList<LabelRequirement> requirements) => Requirements = requirements;

    public IReadOnlyList<LabelRequirement> Requirements { get; }

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in Requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>A map of exact values, as in <c>Service.spec.selector</c>.</summary>
    public static LabelSelector Of(JsonObject? map) =>
        map is null ? Everything : new LabelSelector([.. Exact(map)]);

    /// <summary>A <c>metav1.LabelSelector</c>: null matches nothing, an empty one everything.</summary>
    public static LabelSelector FromObject(JsonObject? selector)
    {
        if (selector is null)
        {
            return Nothing;
        }
        var requirements = Exact(selector.Object("matchLabels") ?? []).ToList();
        foreach (var expression in selector.Objects("matchExpressions"))
        {
            var how = expression.Text("operator") switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                "DoesNotExist" => LabelOperator.DoesNotExist,
                _ => throw StatusException.BadRequest($"\"{expression.Text("operator")}\" is not a valid label selector operator"),
            };
            requirements.Add(new LabelRequirement(expression.Text("key") ?? "", how, [.. expression.Texts("values")]));
        }
        return new LabelSelector(requirements);
    }

    /// <summary>
    /// The text form of the <c>labelSelector</c> parameter: equality (<c>a=b</c>, <c>a==b</c>, <c>a!=b</c>), sets
    /// (<c>a in (b,c)</c>, <c>a notin (b)</c>), presence (<c>a</c>, <c>!a</c>) and numbers (<c>a&gt;1</c>, <c>a&lt;1</c>),
    /// joined by commas. Throws a BadRequest <see cref="StatusException"/>.
    /// </summary>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }
        var scanner = new SelectorScanner(text);
        var requirements = new List<LabelRequirement>();
        do
        {
            requirements.Add(ParseRequirement(scanner));
        }
        while (scanner.Take(","));
        return scanner.AtEnd ? new LabelSelector(requirements) : throw scanner.Unexpected("',' or end");
    }

    private static LabelRequirement ParseRequirement(SelectorScanner scanner)
    {
        if (scanner.Take("!"))
        {
            return new LabelRequirement(scanner.Word("label key"), LabelOperator.DoesNotExist, []);
        }
        var key = scanner.Word("label key");
        if (scanner.Take("!="))
        {
            return new LabelRequirement(key, LabelOperator.NotIn, [scanner.OptionalWord()]);
        }
        if (scanner.Take("==") || scanner.Take("="))
        {
            return new LabelRequirement(key, LabelOperator.In, [scanner.OptionalWord()]);
        }
        if (scanner.Take(">"))
        {
            return new LabelRequirement(key, LabelOperator.GreaterThan, [scanner.Word("number")]);
        }
        if (scanner.Take("<"))
        {
            return new LabelRequirement(key, LabelOperator.LessThan, [scanner.Word("number")]);
        }
        if (scanner.TakeWord("in"))
        {
            return new LabelRequirement(key, LabelOperator.In, ParseSet(scanner));
        }
        if (scanner.TakeWord("notin"))
        {
            return new LabelRequirement(key, LabelOperator.NotIn, ParseSet(scanner));
        }
        return new LabelRequirement(key, LabelOperator.Exists, []);
    }

    private static List<string> ParseSet(SelectorScanner scanner)
    {
        if (!scanner.Take("("))
        {
            throw scanner.Unexpected("'('");
        }
        var values = new List<string>();
        do
        {
            values.Add(scanner.OptionalWord());
        }
        while (scanner.Take(","));
        return scanner.Take(")") ? values : throw scanner.Unexpected("',' or ')'");
    }

    private static IEnumerable<LabelRequirement> Exact(JsonObject map) =>
        map.Select(pair => new LabelRequirement(pair.Key, LabelOperator.In, [pair.Value.AsText() ?? ""]));
}
