using System.Buffers;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Straum.Kubernetes.Yaml;

/// <summary>
/// YAML as the JSON that Kubernetes would read from it: plain scalars become null, booleans and numbers by the
/// rules of YAML 1.1 that kubectl follows, quoted ones stay strings, aliases and merge keys are expanded.
/// </summary>
public static class YamlJson
{
    /// <summary>A document may not grow past this through its aliases.</summary>
    private const int MostNodes = 1_000_000;

    private static readonly SearchValues<char> FloatCharacters = SearchValues.Create("0123456789.eE+-");

    /// <summary>
    /// The UTF-8 JSON of every document that is not empty. Throws <see cref="YamlTextException"/> with the line.
    /// </summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Documents(string yaml)
    {
        var documents = new List<ReadOnlyMemory<byte>>();
        foreach (var document in Load(yaml))
        {
            if (IsEmpty(document))
            {
                continue;
            }
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer))
            {
                var nodes = 0;
                Write(json, document.RootNode, ref nodes);
            }
            documents.Add(buffer.WrittenMemory);
        }
        return documents;
    }

    internal static bool IsEmpty(YamlDocument document) => document.RootNode is YamlScalarNode { Value: null or "" };

    internal static IList<YamlDocument> Load(string yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            throw new YamlTextException(e.Start.Line, e.InnerException?.Message ?? e.Message);
        }
        return stream.Documents;
    }

    private static void Write(Utf8JsonWriter json, YamlNode node, ref int nodes)
    {
        if (++nodes > MostNodes)
        {
            throw new YamlTextException(node.Start.Line, $"aliases expand to more than {MostNodes} nodes");
        }
        switch (node)
        {
            case YamlMappingNode mapping:
                json.WriteStartObject();
                WriteFields(json, mapping, ref nodes);
                json.WriteEndObject();
                break;
            case YamlSequenceNode sequence:
                json.WriteStartArray();
                foreach (var item in sequence.Children)
                {
                    Write(json, item, ref nodes);
                }
                json.WriteEndArray();
                break;
            case YamlScalarNode scalar:
                WriteScalar(json, scalar);
                break;
            default:
                throw new YamlTextException(node.Start.Line, $"a {node.NodeType} has no JSON form");
        }
    }

    private static void WriteFields(Utf8JsonWriter json, YamlMappingNode mapping, ref int nodes)
    {
        var fields = new Dictionary<string, YamlNode>();
        AddFields(fields, mapping);
        foreach (var (name, value) in fields)
        {
            json.WritePropertyName(name);
            Write(json, value, ref nodes);
        }
    }

    /// <summary>Own fields win over merged ones, wherever the merge key stands (YAML merge key, 1.1).</summary>
    private static void AddFields(Dictionary<string, YamlNode> fields, YamlMappingNode mapping)
    {
        var merged = new List<YamlNode>();
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name } scalar)
            {
                throw new YamlTextException(key.Start.Line, "a field name must be a scalar");
            }
            if (name == "<<" && scalar.Style == ScalarStyle.Plain)
            {
                merged.AddRange(value is YamlSequenceNode list ? list.Children : [value]);
                continue;
            }
            fields[name] = value;
        }
        foreach (var node in merged)
        {
            var source = new Dictionary<string, YamlNode>();
            AddFields(source, node as YamlMappingNode
                ?? throw new YamlTextException(node.Start.Line, "<< merges mappings only"));
            foreach (var (name, value) in source)
            {
                fields.TryAdd(name, value);
            }
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str")
        {
            json.WriteStringValue(text);
            return;
        }
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                json.WriteNullValue();
                return;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                json.WriteBooleanValue(true);
                return;
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                json.WriteBooleanValue(false);
                return;
        }
        if (TryInteger(text, out var integer))
        {
            json.WriteNumberValue(integer);
        }
        else if (LooksLikeFloat(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
            && double.IsFinite(real))
        {
            json.WriteNumberValue(real);
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private static bool TryInteger(string text, out long value)
    {
        var digits = text.AsSpan();
        var negative = digits[0] == '-';
        if (negative || digits[0] == '+')
        {
            digits = digits[1..];
        }
        var (number, style) = digits switch
        {
            ['0', 'x', .. var hex] => (hex.ToString(), NumberStyles.AllowHexSpecifier),
            ['0', 'b', .. var binary] => (binary.ToString(), NumberStyles.AllowBinarySpecifier),
            _ => (digits.ToString(), NumberStyles.None),
        };
        // File modes: 0644 and 0o644 are octal.
        if (style == NumberStyles.None && digits.Length > 1 && digits[0] == '0')
        {
            return TryOctal(number.AsSpan(number[1] == 'o' ? 2 : 1), negative, out value);
        }
        var parsed = long.TryParse(number, style, CultureInfo.InvariantCulture, out value);
        value = negative ? -value : value;
        return parsed;
    }

    private static bool TryOctal(ReadOnlySpan<char> digits, bool negative, out long value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7' || value > long.MaxValue >> 3)
            {
                return false;
            }
            value = (value << 3) | (uint)(digit - '0');
        }
        value = negative ? -value : value;
        return !digits.IsEmpty;
    }

    /// <summary>Keeps "1e3" a number and "1.2.3.4", "-" or "Infinity" strings.</summary>
    private static bool LooksLikeFloat(string text) =>
        !text.AsSpan().ContainsAnyExcept(FloatCharacters) && text.AsSpan().ContainsAnyInRange('0', '9')
        && (char.IsAsciiDigit(text[0]) || text[0] is '.' or '-' or '+');
}
