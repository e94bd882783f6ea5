using System.Security.Cryptography;
using System.Text;
using Straum.Datapath.Abi;

namespace Straum.Datapath.Programs;

/// <summary>
/// Where the datapath lives between two runs of the agent: maps under a directory that carries the hash of
/// their layout, so that a build never takes over a table it would misread, and links beside it, so that any
/// build finds and updates what is attached.
/// </summary>
public sealed class PinLayout
{
    private const string MapsPrefix = "maps-";

    /// <param name="root">Below a bpffs mount.</param>
    public PinLayout(string root)
    {
        Root = root;
        Maps = Path.Combine(root, MapsPrefix + SchemaHash());
        Links = Path.Combine(root, "links");
    }

    public string Root { get; }

    public string Maps { get; }

    public string Links { get; }

    public string Map(string name) => Path.Combine(Maps, name);

    public string Link(string name) => Path.Combine(Links, name);

    /// <summary>Map directories of other layouts, left by other builds.</summary>
    public IEnumerable<string> ForeignMaps() =>
        Directory.EnumerateDirectories(Root, MapsPrefix + "*").Where(d => d != Maps);

    /// <summary>Of names, types and sizes of every shared table; not of how many entries they have.</summary>
    public static string SchemaHash()
    {
        var text = new StringBuilder();
        foreach (var map in MapTable.All.OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            text.Append(map.Name).Append(' ').Append(map.Kind).Append(' ').Append(map.KeySize).Append(' ')
                .Append(map.ValueSize).Append(' ').Append(map.Flags).Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
    }
}
