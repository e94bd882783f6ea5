using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Straum.Agent.Configuration.Yaml;

/// <summary>
/// YAML text to nodes that know their place. Reads the parser's events rather than its representation model, which stops at
/// the first duplicate key. Aliases, tags and several documents are refused: nothing in a configuration needs them.
/// </summary>
internal static class ConfigText
{
    private const int DeepestNesting = 16;

    /// <summary>The document, or null when the text holds none. Throws <see cref="ConfigSyntaxException"/>.</summary>
    public static ConfigNode? Parse(string text) => ParseAll(text) switch
    {
        [] => null,
        [var (root, _)] => root,
        [_, var (_, line), ..] => throw new ConfigSyntaxException("a second document; a configuration is one", line, 1),
    };

    /// <summary>Every document, and the line that it starts in. Throws <see cref="ConfigSyntaxException"/>.</summary>
    public static IReadOnlyList<(ConfigNode Root, int Line)> ParseAll(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            var documents = new List<(ConfigNode, int)>();
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out var start))
            {
                documents.Add((ReadNode(parser, 0), Line(start)));
                parser.Consume<DocumentEnd>();
            }
            return documents;
        }
        catch (YamlException) when (TabIn(text) is var (line, column))
        {
            throw new ConfigSyntaxException("not YAML: a tab indents the line (indent with spaces)", line, column);
        }
        catch (YamlException e)
        {
            throw new ConfigSyntaxException(ReasonOf(e), (int)e.Start.Line, (int)e.Start.Column);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // YamlDotNet 16.3 trips over some malformed text, `[a\nb: c` for one, and then says neither where nor why.
            throw new ConfigSyntaxException("not YAML from here on", (int)(parser.Current?.End.Line ?? 1), (int)(parser.Current?.End.Column ?? 1));
        }
    }

    // The parser blames a tab on the line before it.
    private static (int Line, int Column)? TabIn(string text)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var indent = line[..^line.TrimStart().Length];
            if (indent.Length < line.Length && indent.IndexOf('\t') is >= 0 and var tab)
            {
                return (number, tab + 1);
            }
        }
        return null;
    }

    private static ConfigNode ReadNode(Parser parser, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw At(parser.Current!, "nested too deeply");
        }
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return ReadScalar(scalar);
        }
        if (parser.TryConsume<SequenceStart>(out var list))
        {
            var items = new List<ConfigNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(parser, depth + 1));
            }
            return new ConfigList(items, Line(list), Column(list));
        }
        if (parser.TryConsume<MappingStart>(out var group))
        {
            var entries = new List<(ConfigScalar, ConfigNode)>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.TryConsume<Scalar>(out var name) ? ReadScalar(name) : throw At(parser.Current!, "a key has to be a word");
                entries.Add((key, ReadNode(parser, depth + 1)));
            }
            return new ConfigGroup(entries, Line(group), Column(group));
        }
        throw At(parser.Current!, "aliases (*name) are not understood here; write the value out");
    }

    private static ConfigScalar ReadScalar(Scalar scalar) => scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific
        ? new ConfigScalar(scalar.Value, scalar.Style is ScalarStyle.Plain, Line(scalar), Column(scalar))
        : throw At(scalar, $"tags ({scalar.Tag}) are not understood here; write the plain value");

    private static ConfigSyntaxException At(ParsingEvent at, string message) => new(message, Line(at), Column(at));

    private static int Line(ParsingEvent at) => (int)at.Start.Line;

    private static int Column(ParsingEvent at) => (int)at.Start.Column;

    // YamlDotNet repeats the position in some of its messages.
    private static string ReasonOf(YamlException fault)
    {
        var message = (fault.InnerException ?? fault).Message;
        var position = message.LastIndexOf("): ", StringComparison.Ordinal);
        if (message.EndsWith("found invalid mapping.", StringComparison.Ordinal))
        {
            return "not YAML: found a key where none can be (is the line indented like its neighbours, and a value with ': ' in quotes?)";
        }
        return "not YAML: " + (message.StartsWith('(') && position >= 0 ? message[(position + 3)..] : message).TrimEnd('.');
    }
}
