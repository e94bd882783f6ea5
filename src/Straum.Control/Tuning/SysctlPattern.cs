namespace Straum.Control.Tuning;

/// <summary>Keys of sysctl.d(5) that are patterns of glob(7): <c>*</c>, <c>?</c> and <c>[…]</c>, none of which covers the dot between two names.</summary>
public static class SysctlPattern
{
    /// <summary>Whether a key is one.</summary>
    public static bool Is(string key) => key.AsSpan().ContainsAny('*', '?', '[');

    /// <summary>Whether a key, with dots between its names, is one of those that a pattern stands for.</summary>
    public static bool Matches(string pattern, string key)
    {
        // Every place of the key that the pattern so far may end at.
        var at = new bool[key.Length + 1];
        at[0] = true;
        for (var i = 0; i < pattern.Length;)
        {
            var token = pattern.AsSpan(i, TokenAt(pattern, i));
            var isAny = token is "*";
            var next = new bool[key.Length + 1];
            next[0] = isAny && at[0];
            for (var j = 0; j < key.Length; j++)
            {
                next[j + 1] = isAny ? at[j + 1] || (next[j] && key[j] != '.') : at[j] && Covers(token, key[j]);
            }
            (at, i) = (next, i + token.Length);
        }
        return at[^1];
    }

    // A bracket is closed by the first one that does not open its list: []a] and [!]a] have one in it. One that is not stands for itself.
    private static int TokenAt(string pattern, int start)
    {
        if (pattern[start] != '[')
        {
            return 1;
        }
        var first = start + 1 < pattern.Length && pattern[start + 1] is '!' or '^' ? start + 2 : start + 1;
        return first < pattern.Length && pattern.IndexOf(']', first + 1) is > 0 and var end ? end - start + 1 : 1;
    }

    private static bool Covers(ReadOnlySpan<char> token, char c)
    {
        if (token.Length == 1)
        {
            return token[0] == '?' ? c != '.' : token[0] == c;
        }
        var isOther = token[1] is '!' or '^';
        var list = token[(isOther ? 2 : 1)..^1];
        var isListed = false;
        for (var i = 0; i < list.Length; i++)
        {
            if (i + 2 < list.Length && list[i + 1] == '-')
            {
                isListed |= list[i] <= c && c <= list[i + 2];
                i += 2;
            }
            else
            {
                isListed |= list[i] == c;
            }
        }
        return c != '.' && isListed != isOther;
    }
}
