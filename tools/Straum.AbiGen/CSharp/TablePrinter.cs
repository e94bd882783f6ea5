using Straum.AbiGen.Headers;
using Straum.AbiGen.Model;

namespace Straum.AbiGen.CSharp;

/// <summary>Prints the files that list things: fixed arrays, constants and maps.</summary>
internal static class TablePrinter
{
    public static string PrintArrays(IEnumerable<AbiArray> arrays)
    {
        var code = new CodeWriter("System.Runtime.CompilerServices");
        var first = true;
        foreach (var array in arrays)
        {
            if (!first)
            {
                code.Line();
            }
            first = false;
            var element = NameRules.TypeName(array.Element);
            code.Line($"/// <summary>{array.Count} × <c>{element}</c>, in place.</summary>");
            code.Line($"[InlineArray({array.Count})]");
            code.Line($"public struct {NameRules.ArrayName(array)}");
            code.Open();
            code.Line($"private {element} _element0;");
            code.Close();
        }
        return code.ToString();
    }

    public static string PrintConstants(HeaderSet headers, DocComment docs)
    {
        var code = new CodeWriter();
        code.Line("/// <summary>The numbers that bpf/abi defines.</summary>");
        code.Line("public static class AbiConstants");
        code.Open();
        foreach (var (name, constant) in headers.Constants)
        {
            docs.Append(code, constant.Doc);
            code.Line($"public const {(constant.Value > uint.MaxValue ? "ulong" : constant.Value > int.MaxValue ? "uint" : "int")} {NameRules.Pascal(name)} = {constant.Value};");
        }
        code.Close();
        return code.ToString();
    }

    public static string PrintMaps(IEnumerable<AbiMap> maps)
    {
        var code = new CodeWriter();
        code.Line("/// <summary>The maps whose keys and values the programs share with the agent.</summary>");
        code.Line("public static class MapTable");
        code.Open();
        var names = new List<string>();
        foreach (var map in maps.Where(static m => m.Key is not null && m.Value is not null))
        {
            var (key, value) = (NameRules.TypeName(map.Key!), NameRules.TypeName(map.Value!));
            var kind = Enum.IsDefined((BpfMapKind)map.Kind) ? ((BpfMapKind)map.Kind).ToString() : throw new AbiException($"map {map.Name}: map type {map.Kind} is newer than this generator");
            names.Add(NameRules.Pascal(map.Name));
            code.Line($"/// <summary><c>{map.Name}</c>: {kind}, <see cref=\"{key}\"/> to <see cref=\"{value}\"/>, {map.MaxEntries} entries unless resized.</summary>");
            code.Line($"public static MapDescriptor<{key}, {value}> {names[^1]} {{ get; }} = new(\"{map.Name}\", {map.Kind}, {map.MaxEntries}, 0x{map.Flags:x});");
            code.Line();
        }
        code.Line("/// <summary>All of them, by name.</summary>");
        code.Line($"public static IReadOnlyList<MapDescriptor> All {{ get; }} = [{string.Join(", ", names)}];");
        code.Close();
        return code.ToString();
    }
}
