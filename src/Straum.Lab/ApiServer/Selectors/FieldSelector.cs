using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Selectors;

/// <summary>A conjunction of <c>field=value</c> and <c>field!=value</c> over the few fields that a kind allows.</summary>
internal sealed class FieldSelector
{
    public static readonly FieldSelector Everything = new([]);

    private readonly IReadOnlyList<Term> _terms;

    private FieldSelector(IReadOnlyList<Term> terms) => _terms = terms;

    public bool IsEverything => _terms.Count == 0;

    /// <summary>The name that <c>metadata.name=</c> asks for, or null.</summary>
    public string? Name => _terms.FirstOrDefault(term => term is { Field: "metadata.name", Negated: false })?.Value;

    /// <param name="field">The value of one of the kind's own selectable fields; empty when absent.</param>
    public bool Matches(StoredObject stored, Func<StoredObject, string, string> field)
    {
        foreach (var term in _terms)
        {
            var value = term.Field switch
            {
                "metadata.name" => stored.Name,
                "metadata.namespace" => stored.Namespace,
                _ => field(stored, term.Field),
            };
            if ((value == term.Value) == term.Negated)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Parses the <c>fieldSelector</c> parameter; throws a BadRequest <see cref="StatusException"/>.</summary>
    /// <param name="isSelectable">Whether the kind has the field, metadata.name and metadata.namespace apart.</param>
    public static FieldSelector Parse(string? text, Func<string, bool> isSelectable)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Everything;
        }
        var terms = new List<Term>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw StatusException.BadRequest($"invalid selector: '{part}'; can't understand '{part}'");
            }
            var negated = part[at - 1] == '!';
            var field = part[..(negated ? at - 1 : at)].Trim();
            var value = part[(at + 1)..].TrimStart('=');
            if (field is not ("metadata.name" or "metadata.namespace") && !isSelectable(field))
            {
                throw StatusException.BadRequest($"field label not supported: {field}");
            }
            terms.Add(new Term(field, value, negated));
        }
        return new FieldSelector(terms);
    }

    private sealed record Term(string Field, string Value, bool Negated);
}
