using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Selectors;

/// <summary>Splits the text of a label selector into words and signs.</summary>
internal sealed class SelectorScanner(string text)
{
    private int _at;

    public bool AtEnd
    {
        get
        {
            SkipSpace();
            return _at == text.Length;
        }
    }

    /// <summary>Consumes a sign if it comes next.</summary>
    public bool Take(string sign)
    {
        SkipSpace();
        if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) != 0)
        {
            return false;
        }
        _at += sign.Length;
        return true;
    }

    /// <summary>Consumes a word if exactly this one comes next.</summary>
    public bool TakeWord(string word)
    {
        SkipSpace();
        var start = _at;
        if (OptionalWord() == word)
        {
            return true;
        }
        _at = start;
        return false;
    }

    public string Word(string what)
    {
        var word = OptionalWord();
        return word.Length > 0 ? word : throw Unexpected(what);
    }

    /// <summary>The next word; empty when a sign or the end comes first.</summary>
    public string OptionalWord()
    {
        SkipSpace();
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_' or '.' or '/'))
        {
            _at++;
        }
        return text[start.._at];
    }

    public StatusException Unexpected(string expected)
    {
        var found = AtEnd ? "" : text[_at..];
        return StatusException.BadRequest($"unable to parse requirement: found '{found}', expected: {expected}");
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }
}
