using System.Text.RegularExpressions;

namespace Straum.Doctor.Evidence;

/// <content>The forms, each compiled ahead.</content>
internal sealed partial class SecretFields
{
    /// <summary>Nothing to take out: no value, a switch, the name of a variable, or taken out already.</summary>
    [GeneratedRegex(@"^(?:\\*(?:""|'|u002[27]))?(?:true|false|yes|no|null|nil|~|<nil>|<none>|<unset>|<hidden>|\*+|REDACTED|\[redacted\]|<redacted>|DATA\+OMITTED|\$\(\w+\)|\$\{\w+\}|(?-i:\$[A-Z_][A-Z0-9_]*)|)(?:\\*(?:""|'|u002[27]))?[\s,;]*$", RegexOptions.IgnoreCase)]
    private static partial Regex NoSecrets();

    [GeneratedRegex(@"\G(?:\\*(?:""|'|u002[27]))?(?<name>[\w.-]+)(?:\\*(?:""|'|u002[27]))?[\s,;]+(?:\\*(?:""|'|u002[27]))?(?<value>[vV]alue)(?![\w.-])")]
    private static partial Regex BesideName();

    [GeneratedRegex(@"\G[\s,;]+(?:\\*(?:""|'|u002[27]))?(?:[nN]ame|[kK]ey)(?:\\*(?:""|'|u002[27]))?[ \t]*[:=][ \t]*(?:\\*(?:""|'|u002[27]))?(?<name>[\w.-]+)")]
    private static partial Regex BesideValue();

    [GeneratedRegex(@"\G(?:[ \t]+|(?:\\*(?:""|'|u002[27]))?(?:[ \t]*,\s*|[ \t]*\n[ \t]*- +))(?!-[-\w])(?=\S)")]
    private static partial Regex FlagValue();

    [GeneratedRegex(@"^[ \t]*(?:[-?#][ \t]+)*(?:\\*(?:""|'|u002[27]))?$")]
    private static partial Regex OnlyList();

    [GeneratedRegex(@"\G[ \t]*(?:- +)*(?:[""']?[\w./-]+[""']?[ \t]*:(?:\s|$)|[{\[])")]
    private static partial Regex Mapping();

    [GeneratedRegex(@"\G[|>][-+0-9]*[ \t\r]*(?:#.*)?$", RegexOptions.Multiline)]
    private static partial Regex BlockHead();

    [GeneratedRegex(@"\G\[\]byte\{")]
    private static partial Regex BytesOfGo();

    [GeneratedRegex(@"\G[\s,;]+(?:\\*(?:""|'|u002[27]))?[\w./-]+(?:\\*(?:""|'|u002[27]))?[ \t]*[:=]")]
    private static partial Regex NextName();

    [GeneratedRegex(@"\G[\]})]+(?:[\s,;]|$)")]
    private static partial Regex AfterBracket();

    [GeneratedRegex(@"\G[,;&](?:\s|$|\\*[""']|[\w.-]+[:=])")]
    private static partial Regex AfterWord();

    [GeneratedRegex(@"\G[ \t]+(?:[\w.-]+=|--?\w|[;|&\\]|$)")]
    private static partial Regex AfterVariable();

    [GeneratedRegex(@"\G(?:\\*[""'])?[A-Za-z][\w-]*[ \t]+(?=\S)")]
    private static partial Regex Scheme();
}
