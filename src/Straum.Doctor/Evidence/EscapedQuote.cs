namespace Straum.Doctor.Evidence;

/// <summary>
/// Quotes of text within text: <c>"</c>, within a string <c>\"</c>, within a string in a string <c>\\\"</c>; and <c>\u0022</c>, as careful
/// writers of JSON have it, within a string <c>\\u0022</c>. The same with single ones.
/// </summary>
internal static class EscapedQuote
{
    /// <summary>The quote there, with its escapes; empty when there is none.</summary>
    public static string At(string text, int at)
    {
        var sign = at;
        while (sign < text.Length && text[sign] == '\\')
        {
            sign++;
        }
        return sign >= text.Length ? ""
            : text[sign] is '"' or '\'' ? text[at..(sign + 1)]
            : sign > at && text.AsSpan(sign) is ['u', '0', '0', '2', '2' or '7', ..] ? text[at..(sign + 5)]
            : "";
    }

    /// <summary>The quote that ends there, with its escapes; empty when there is none.</summary>
    public static string Before(string text, int at)
    {
        var sign = at >= 6 && text.AsSpan(at - 5, 5) is ['u', '0', '0', '2', '2' or '7'] ? at - 5 : at >= 1 && text[at - 1] is '"' or '\'' ? at - 1 : -1;
        if (sign < 0)
        {
            return "";
        }
        var start = sign;
        while (start > 0 && text[start - 1] == '\\')
        {
            start--;
        }
        return text[start..at];
    }

    /// <summary>
    /// Whether a quote closes what another opened: \" does so for \", \\\" does not, it is a quote in it. What opened is unescaped until
    /// it is a plain quote, and the other as often: it closes when it is a plain one then, or was before, which is the end of a
    /// text around this one.
    /// </summary>
    public static bool Closes(string other, string quote)
    {
        var (open, close) = (FormOf(quote), FormOf(other));
        for (; open != (0, false); (open, close) = (Unescaped(open), Unescaped(close)))
        {
            if (IsPlain(close))
            {
                return true;
            }
        }
        return IsPlain(close);

        static (int Slashes, bool IsNumber) FormOf(string quote) => (quote.LastIndexOf('\\') + 1, quote[^1] is '2' or '7');
        static (int Slashes, bool IsNumber) Unescaped((int Slashes, bool IsNumber) form) =>
            form.IsNumber && form.Slashes % 2 == 0 ? (form.Slashes / 2, true) : ((form.Slashes - 1) / 2, false);
        // An even number are backslashes before it.
        static bool IsPlain((int Slashes, bool IsNumber) form) => !form.IsNumber && form.Slashes % 2 == 0;
    }
}
