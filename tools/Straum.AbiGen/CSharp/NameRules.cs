using System.Text;
using Straum.AbiGen.Model;

namespace Straum.AbiGen.CSharp;

/// <summary>C names become .NET names.</summary>
internal static class NameRules
{
    /// <summary>snake_case or SCREAMING_CASE becomes PascalCase: svc_key → SvcKey, DROP_NO_ROUTE → DropNoRoute.</summary>
    public static string Pascal(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (var word in name.Split('_', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word[1..];
            result.Append(char.ToUpperInvariant(word[0])).Append(rest.Any(char.IsLower) ? rest : rest.ToLowerInvariant());
        }
        return result.Length > 0 && char.IsDigit(result[0]) ? "_" + result : result.ToString();
    }

    /// <summary>The C# name of a type as a field has it.</summary>
    public static string TypeName(AbiType type) => type switch
    {
        AbiScalar { IsBigEndian: true } scalar => $"BigEndian{scalar.Size * 8}",
        AbiScalar { Size: 1 } scalar => scalar.IsSigned ? "sbyte" : "byte",
        AbiScalar { Size: 2 } scalar => scalar.IsSigned ? "short" : "ushort",
        AbiScalar { Size: 4 } scalar => scalar.IsSigned ? "int" : "uint",
        AbiScalar scalar => scalar.IsSigned ? "long" : "ulong",
        AbiArray array => ArrayName(array),
        _ => Pascal(type.CName),
    };

    /// <summary>A fixed array of 6 bytes is ByteArray6.</summary>
    public static string ArrayName(AbiArray array)
    {
        var element = TypeName(array.Element);
        return $"{char.ToUpperInvariant(element[0])}{element[1..]}Array{array.Count}";
    }

    /// <summary>The name of a field in the C# struct, which may not be the struct's own.</summary>
    public static string FieldName(AbiStruct type, string field)
    {
        var name = Pascal(field);
        return name == TypeName(type) ? name + "Value" : name;
    }

    /// <summary>
    /// The names of an enum's members without what they repeat: the enum's own name, else the words they all start with.
    /// DROP_NO_ROUTE of drop_reason → NoRoute; CT_STATE_NONE and CT_REPLIED of ct_state → None and Replied.
    /// </summary>
    public static IReadOnlyList<string> MemberNames(AbiEnum type)
    {
        var own = type.CName.ToUpperInvariant() + "_";
        var common = CommonWords(type.Members.Select(static m => m.Name).Where(static n => !n.StartsWith('_')).ToList());
        return [.. type.Members.Select(m =>
        {
            var name = m.Name.TrimStart('_');
            var prefix = name.StartsWith(own, StringComparison.OrdinalIgnoreCase) ? own.Length : name.StartsWith(common, StringComparison.Ordinal) ? common.Length : 0;
            return Pascal(name[prefix..]);
        })];
    }

    private static string CommonWords(List<string> names)
    {
        if (names.Count < 2)
        {
            return "";
        }
        var length = names.Min(static n => n.Length);
        var same = Enumerable.Range(0, length).TakeWhile(i => names.All(n => n[i] == names[0][i])).Count();
        return names[0][..(names[0][..same].LastIndexOf('_') + 1)];
    }
}
