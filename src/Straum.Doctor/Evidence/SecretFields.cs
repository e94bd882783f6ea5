using System.Text;
using System.Text.RegularExpressions;

namespace Straum.Doctor.Evidence;

/// <summary>
/// Names and their values in text of any kind: YAML, JSON (also as a string within JSON), environment, command lines, INI files, and
/// the form in which Go prints a structure. One pass over the text: at every name it looks whether a value follows, and where that
/// ends by the form that it is written in. Where forms contradict each other, the longer value is taken out.
/// </summary>
internal sealed partial class SecretFields
{
    private readonly string _text;
    private readonly string _mark;
    private readonly StringBuilder _result = new();
    private int _copied;

    private SecretFields(string text, string mark)
    {
        _text = text;
        _mark = mark;
    }

    /// <summary>The text with <paramref name="mark"/> in place of every secret value.</summary>
    public static string Redact(string text, string mark) => new SecretFields(text, mark).Run();

    private string Run()
    {
        for (var at = 0; at < _text.Length;)
        {
            if (_text[at] == '\\')
            {
                // An escaped character's letter is no part of the name behind it: \nPASSWORD=x.
                var quote = QuoteAt(at);
                at = quote.Length > 0 ? at + quote.Length : at + 1 < _text.Length && _text[at + 1] is 'n' or 't' or 'r' ? at + 2 : at + 1;
            }
            else if (!IsNamePart(_text[at]))
            {
                at++;
            }
            else
            {
                var end = at;
                while (end < _text.Length && IsNamePart(_text[end]))
                {
                    end++;
                }
                at = Look(at, end);
            }
        }
        return _result.Append(_text, _copied, _text.Length - _copied).ToString();
    }

    /// <summary>Takes out the value of the name there, when it is secret; returns where to go on.</summary>
    private int Look(int start, int end)
    {
        var name = _text[start..end];
        var isName = name is "name" or "Name" or "key" or "Key";
        var isValue = name is "value" or "Value";
        if (!isName && !isValue && !SecretNames.Has(name))
        {
            return end;
        }
        if (Separator(start, end) is not { } value)
        {
            return end;
        }
        if (isName)
        {
            // name: DB_PASSWORD, value: x
            var beside = BesideName().Match(_text, value);
            if (!beside.Success || !SecretNames.Has(beside.Groups["name"].Value))
            {
                return end;
            }
            var second = beside.Groups["value"];
            return Separator(second.Index, second.Index + second.Length) is { } of ? TakeOut("", of, Extent(second.Index, second.Index + second.Length, of, isPair: true)) : end;
        }
        var extent = Extent(start, end, value, isPair: isValue);
        if (isValue)
        {
            // value: x, name: DB_PASSWORD
            var beside = extent is { } x ? BesideValue().Match(_text, x.End) : Match.Empty;
            return beside.Success && SecretNames.Has(beside.Groups["name"].Value) ? TakeOut("", value, extent) : end;
        }
        return name.EndsWith("ecrets", StringComparison.Ordinal) && value < _text.Length && (_text[value] is '[' or '\n') ? end : TakeOut(name, value, extent);
    }

    private int TakeOut(string name, int value, (int Start, int End)? extent)
    {
        if (extent is not var (start, end) || end <= start)
        {
            return value;
        }
        if (name.Length > 0 && string.Equals(name.TrimStart('-'), "auth", StringComparison.OrdinalIgnoreCase) && _text.AsSpan(start, end - start).Trim('"').Contains(' '))
        {
            return value;
        }
        if (name.EndsWith("uthorization", StringComparison.OrdinalIgnoreCase) && Scheme().Match(_text, start, end - start) is { Success: true } scheme)
        {
            // How it is authorized may be read.
            start = scheme.Index + scheme.Length;
        }
        var text = _text[start..end];
        if (NoSecrets().IsMatch(text) || (name.EndsWith("okens", StringComparison.Ordinal) && text.All(char.IsAsciiDigit)))
        {
            return value;
        }
        _result.Append(_text, _copied, start - _copied).Append(_mark);
        _copied = end;
        return end;
    }

    /// <summary>Where the value of a name begins; null when none follows.</summary>
    private int? Separator(int start, int end)
    {
        var at = end + QuoteAt(end).Length;
        var isQuoted = at > end;
        if (isQuoted && at < _text.Length && _text[at] == ']')
        {
            // config["password"] = "x"
            at++;
        }
        var blanks = Blanks(at);
        if (blanks < _text.Length && _text[blanks] is ':' or '=' or '>')
        {
            var sign = _text[blanks++];
            if (sign == '>')
            {
                return start > 0 && _text[start - 1] == '<' ? blanks : null;
            }
            // := of Go and Make, => of Ruby and PHP.
            if (blanks < _text.Length && ((sign == ':' && _text[blanks] == '=') || (sign == '=' && _text[blanks] == '>')))
            {
                blanks++;
            }
            // registry/token-sync:v1 is an image, secret://x an address.
            if (sign == ':' && blanks < _text.Length && !isQuoted && ((start > 0 && _text[start - 1] == '/' && _text[blanks] is not (' ' or '\n')) || _text.AsSpan(blanks).StartsWith("//")))
            {
                return null;
            }
            return Blanks(blanks);
        }
        // --token x, "--token","x", and the two as items of a list.
        return _text[start] == '-' && end - start > 2 && FlagValue().Match(_text, end) is { Success: true } match && QuoteBefore(start).Length == 0 == !isQuoted ? match.Index + match.Length : null;
    }

    /// <summary>From where to where a value goes; null when it has parts of its own, which are looked at by themselves.</summary>
    private (int Start, int End)? Extent(int start, int end, int value, bool isPair)
    {
        if (value >= _text.Length)
        {
            return null;
        }
        var quoteBefore = QuoteBefore(start);
        var lineStart = start == 0 ? 0 : _text.LastIndexOf('\n', start - 1) + 1;
        var isFirst = OnlyList().IsMatch(_text.AsSpan(lineStart, start - lineStart));
        var column = start - quoteBefore.Length - lineStart;
        var lineEnd = LineEnd(value);
        var sign = SignBefore(value);
        var isArrow = sign == '>' && (start == 0 || _text[start - 1] != '<');

        // :: YAML: a list or a text on the lines below.
        if (value == lineEnd)
        {
            return sign == ':' && isFirst && lineEnd + 1 < _text.Length && !Mapping().IsMatch(_text, lineEnd + 1) && Below(lineEnd, column, withItems: true) is var below && below > lineEnd ? (lineEnd + 1, below) : null;
        }
        if (sign == ':' && isFirst && BlockHead().Match(_text, value) is { Success: true })
        {
            return (value, Below(lineEnd, column, withItems: false));
        }

        // :: In quotes.
        var quote = QuoteAt(value);
        if (quote.Length > 0)
        {
            return (value, Closing(value + quote.Length, quote, isFirst ? Below(lineEnd, column, withItems: false) : lineEnd));
        }

        // :: In brackets; what is not of a name and its value has names of its own.
        if (_text[value] == '{' && !isPair)
        {
            return null;
        }
        if (_text[value] is '[' or '{' || BytesOfGo().IsMatch(_text, value))
        {
            return (value, Bracket(value, lineEnd));
        }
        if (_text[value] == '<' && sign == '>' && !isArrow)
        {
            return null;
        }

        // :: A string that is name and value together: "PASSWORD=two words".
        if (quoteBefore.Length > 0 && QuoteAt(end).Length == 0)
        {
            return (value, Closing(value, quoteBefore, lineEnd, withQuote: false));
        }
        var isSpaced = value > 0 && _text[value - 1] is ' ' or '\t';
        if (sign == '>' && !isArrow)
        {
            var close = _text.IndexOf('<', value, lineEnd - value);
            return (value, close < 0 ? lineEnd : close);
        }

        // :: YAML and INI: to the end of the line, and what is indented below.
        if (isFirst && isSpaced && (sign == ':' || (sign == '=' && _text[end] is ' ' or '\t')))
        {
            var last = sign == ':' ? Below(lineEnd, column, withItems: false) : lineEnd;
            return (value, Trimmed(value, last, ","));
        }
        if (sign is ':')
        {
            return (value, EndOfPlain(value, lineEnd));
        }
        // A line of a properties file, unless more variables or flags follow.
        var word = EndOfWord(value, lineEnd);
        return (value, isFirst && sign == '=' && word < lineEnd && _text[word] is ' ' or '\t' && !AfterVariable().IsMatch(_text, word) ? Trimmed(value, lineEnd, "") : word);
    }

    private char SignBefore(int at)
    {
        while (at > 1 && _text[at - 1] is ' ' or '\t')
        {
            at--;
        }
        return _text[at - 1];
    }

    /// <summary>Behind a colon within a line: to the next name, the bracket that closes or the end of the line.</summary>
    private int EndOfPlain(int value, int lineEnd)
    {
        for (var at = value; at < lineEnd; at++)
        {
            if ((_text[at] is ' ' or '\t' or ',' or ';' && NextName().IsMatch(_text, at))
                || (_text[at] is '}' or ']' or ')' && AfterBracket().IsMatch(_text, at))
                || IsClosing(value, ref at))
            {
                return Trimmed(value, at, ",;");
            }
        }
        return Trimmed(value, lineEnd, ",;");
    }

    /// <summary>Behind an equals sign or a flag: a word, with what is in quotes in it.</summary>
    private int EndOfWord(int value, int lineEnd)
    {
        for (var at = value; at < lineEnd; at++)
        {
            if (_text[at] is ' ' or '\t' or '\r' || (_text[at] is ',' or ';' or '&' && AfterWord().IsMatch(_text, at)) || IsClosing(value, ref at))
            {
                return Trimmed(value, at, ",;)]}");
            }
            if (QuoteAt(at) is { Length: > 0 } quote)
            {
                at = Closing(at + quote.Length, quote, lineEnd) - 1;
            }
            else if (_text[at] == '\\')
            {
                at++;
            }
        }
        return Trimmed(value, lineEnd, ",;)]}");
    }

    /// <summary>Whether a quote that was opened before the value is closed here. When not, the place is past its escapes.</summary>
    private bool IsClosing(int value, ref int at)
    {
        var quote = QuoteAt(at);
        if (quote.Length == 0)
        {
            return false;
        }
        var lineStart = value == 0 ? 0 : _text.LastIndexOf('\n', value - 1) + 1;
        // Far before the value it does not matter any more, and a text may be one line.
        var isOpen = false;
        for (var i = Math.Max(lineStart, value - 4096); i < value;)
        {
            var other = QuoteAt(i);
            isOpen ^= other == quote;
            i += Math.Max(1, other.Length);
        }
        return isOpen;
    }

    /// <summary>The end of the last line that belongs to a key in this column.</summary>
    private int Below(int lineEnd, int column, bool withItems)
    {
        var last = lineEnd;
        for (var next = lineEnd + 1; next < _text.Length;)
        {
            var (lineStart, first) = (next, Blanks(next));
            var end = LineEnd(next);
            next = end + 1;
            if (first == end)
            {
                continue;
            }
            if (first - lineStart <= column && !(withItems && first - lineStart == column && _text[first] == '-'))
            {
                break;
            }
            last = end;
        }
        return last;
    }

    /// <summary>The place behind the quote that closes a text, at the latest the limit.</summary>
    private int Closing(int at, string quote, int limit, bool withQuote = true)
    {
        for (; at < limit; at++)
        {
            var other = QuoteAt(at);
            if (other.Length == 0)
            {
                while (_text[at] == '\\' && at + 1 < limit && _text[at + 1] == '\\')
                {
                    at++;
                }
                continue;
            }
            if (other[^1] is '"' or '2' == quote[^1] is '"' or '2')
            {
                // '' is a quote in YAML; escapes are none in what a shell or YAML has in single quotes.
                if (quote == "'" && at + 1 < limit && _text.AsSpan(at).StartsWith("''"))
                {
                    at++;
                    continue;
                }
                if (quote == "'" || EscapedQuote.Closes(other, quote))
                {
                    return withQuote ? at + other.Length : at;
                }
            }
            at += other.Length - 1;
        }
        return limit;
    }

    private int Bracket(int value, int lineEnd)
    {
        var depth = 0;
        for (var at = value; at < lineEnd; at++)
        {
            if (QuoteAt(at) is { Length: > 0 } quote)
            {
                at = Closing(at + quote.Length, quote, lineEnd) - 1;
            }
            else if (_text[at] is '[' or '{')
            {
                depth++;
            }
            else if (_text[at] is ']' or '}' && --depth == 0 && !(at + 1 < lineEnd && _text[at + 1] is 'b' && _text[at] == ']'))
            {
                return at + 1;
            }
        }
        return lineEnd;
    }

    private int Trimmed(int start, int end, string marks)
    {
        while (end > start && (_text[end - 1] is ' ' or '\t' or '\r' || marks.Contains(_text[end - 1])))
        {
            end--;
        }
        return end;
    }

    private int Blanks(int at)
    {
        while (at < _text.Length && _text[at] is ' ' or '\t' or '\r')
        {
            at++;
        }
        return at;
    }

    private int LineEnd(int at) => _text.IndexOf('\n', at) is >= 0 and var end ? end : _text.Length;

    private string QuoteAt(int at) => EscapedQuote.At(_text, at);

    private string QuoteBefore(int at) => EscapedQuote.Before(_text, at);

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';
}
