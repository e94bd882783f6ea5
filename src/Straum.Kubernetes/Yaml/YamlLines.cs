using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Straum.Kubernetes.Yaml;

/// <summary>Where in a text a field stands, for the rare message that has to say so.</summary>
public static class YamlLines
{
    /// <summary>The line, from 1, of the field, or of what is nearest above it when it is not there.</summary>
    /// <param name="yaml">Text that <see cref="YamlJson.Documents"/> reads.</param>
    /// <param name="document">Counted from 0, empty documents left out.</param>
    /// <param name="path">As in "spec.ports[0].port"; empty for the document itself.</param>
    public static long LineOf(string yaml, int document, string path)
    {
        var root = YamlJson.Load(yaml).Where(d => !YamlJson.IsEmpty(d)).ElementAt(document).RootNode;
        return Find(root, path).Start.Line;
    }

    private static YamlNode Find(YamlNode node, string path)
    {
        if (node is YamlSequenceNode list && path.StartsWith('['))
        {
            var end = path.IndexOf(']', StringComparison.Ordinal);
            var index = int.Parse(path.AsSpan(1, end - 1), CultureInfo.InvariantCulture);
            return index < list.Children.Count ? Find(list.Children[index], path[(end + 1)..]) : node;
        }
        var name = path.TrimStart('.');
        if (node is not YamlMappingNode mapping || name.Length == 0)
        {
            return node;
        }
        // A key may have dots itself, as annotations do: the longest one that fits is meant.
        var field = mapping.Children
            .Where(c => c.Key is YamlScalarNode { Value: { } key } && name.StartsWith(key, StringComparison.Ordinal) && (name.Length == key.Length || name[key.Length] is '.' or '['))
            .MaxBy(c => ((YamlScalarNode)c.Key).Value!.Length);
        return field.Key is YamlScalarNode { Value: { } found } ? Find(field.Value, name[found.Length..]) : node;
    }
}
