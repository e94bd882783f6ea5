using System.Text.RegularExpressions;

namespace Straum.AbiGen.CSharp;

/// <summary>A header's comment as an XML documentation comment.</summary>
/// <param name="printed">C names of the types that exist in C#, so that a comment can refer to them.</param>
internal sealed partial class DocComment(IReadOnlySet<string> printed)
{
    /// <summary>Appends the comment, if there is one. A second paragraph becomes remarks.</summary>
    public void Append(CodeWriter code, string? prose)
    {
        if (string.IsNullOrWhiteSpace(prose))
        {
            return;
        }
        var paragraphs = prose.Split('\n');
        AppendElement(code, "summary", paragraphs[0]);
        if (paragraphs.Length > 1)
        {
            AppendElement(code, "remarks", string.Join(' ', paragraphs[1..]));
        }
    }

    private void AppendElement(CodeWriter code, string element, string text)
    {
        text = text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
        text = TypeName().Replace(text, m => printed.Contains(m.Groups["name"].Value) ? $"<see cref=\"{NameRules.Pascal(m.Groups["name"].Value)}\"/>" : m.Value);
        if (PlainWord().IsMatch(text))
        {
            text = char.ToUpperInvariant(text[0]) + text[1..];
        }
        code.Line($"/// <{element}>{text}{(text[^1] is '.' or '?' or ':' or '>' ? "" : ".")}</{element}>");
    }

    // Starts with a word rather than with a name of the code, which keeps its case.
    [GeneratedRegex("""^[a-z]+(?:[ ,;'-]|$)""")]
    private static partial Regex PlainWord();

    [GeneratedRegex("""\b(?:struct|enum|union)\s+(?<name>\w+)""")]
    private static partial Regex TypeName();
}
