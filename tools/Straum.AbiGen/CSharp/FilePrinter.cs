using Straum.AbiGen.Headers;
using Straum.AbiGen.Model;

namespace Straum.AbiGen.CSharp;

/// <summary>Prints everything shared, as file name → text. The same objects and headers always print the same bytes.</summary>
internal static class FilePrinter
{
    /// <summary>A struct whose name ends so exists only to bring enums into BTF; its members are printed, itself is not.</summary>
    private const string NamesOnly = "_names";

    public static SortedDictionary<string, string> Print(AbiSet shared, HeaderSet headers)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var docs = new DocComment(shared.Types.Select(static t => t.CName).Where(static n => !n.EndsWith(NamesOnly, StringComparison.Ordinal)).ToHashSet());
        var structs = new StructPrinter(headers, docs);
        var enums = new EnumPrinter(headers, docs);
        var arrays = shared.Arrays.ToDictionary(NameRules.ArrayName);
        foreach (var type in shared.Types)
        {
            if (type is AbiStruct layout && !type.CName.EndsWith(NamesOnly, StringComparison.Ordinal))
            {
                Add(NameRules.TypeName(type), structs.Print(layout));
                foreach (var array in StructPrinter.PaddingArrays(layout))
                {
                    arrays.TryAdd(NameRules.ArrayName(array), array);
                }
            }
            else if (type is AbiEnum names)
            {
                Add(NameRules.TypeName(type), enums.Print(names));
                if (headers.Lists.TryGetValue(type.CName, out var list))
                {
                    Add(NameRules.TypeName(type) + "Text", EnumPrinter.PrintTexts(names, list));
                }
            }
        }
        if (arrays.Count > 0)
        {
            Add("InlineArrays", TablePrinter.PrintArrays(arrays.OrderBy(static a => a.Key, StringComparer.Ordinal).Select(static a => a.Value)));
        }
        if (headers.Constants.Count > 0)
        {
            Add("AbiConstants", TablePrinter.PrintConstants(headers, docs));
        }
        if (shared.Maps.Any())
        {
            Add("MapTable", TablePrinter.PrintMaps(shared.Maps));
        }
        return files;

        void Add(string name, string text)
        {
            if (!files.TryAdd(name + ".g.cs", text))
            {
                throw new AbiException($"two types become {name} in C#");
            }
        }
    }
}
