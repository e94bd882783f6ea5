using System.Numerics;
using Straum.AbiGen.Headers;
using Straum.AbiGen.Model;

namespace Straum.AbiGen.CSharp;

/// <summary>Prints an enum, and the texts of the list that it was made from.</summary>
internal sealed class EnumPrinter(HeaderSet headers, DocComment docs)
{
    public string Print(AbiEnum type)
    {
        var code = new CodeWriter();
        docs.Append(code, headers.DocOf(type.CName));
        if (IsFlags(type))
        {
            code.Line("[Flags]");
        }
        var underlying = NameRules.TypeName(new AbiScalar("", type.Size, type.IsSigned, IsBigEndian: false));
        code.Line($"public enum {NameRules.TypeName(type)}{(underlying == "int" ? "" : $" : {underlying}")}");
        code.Open();
        foreach (var (member, name) in type.Members.Zip(NameRules.MemberNames(type)))
        {
            docs.Append(code, headers.DocOf(type.CName, member.Name));
            code.Line($"{name} = {member.Value},");
        }
        code.Close();
        return code.ToString();
    }

    /// <summary>Prints <c>DropReasonText</c> for <c>drop_reason</c>: name, meaning and hint of each member of the list.</summary>
    public static string PrintTexts(AbiEnum type, IReadOnlyList<DefEntry> list)
    {
        var name = NameRules.TypeName(type);
        var members = type.Members.Zip(NameRules.MemberNames(type)).ToDictionary(static m => m.First.Name, static m => m.Second);
        var code = new CodeWriter();
        code.Line($"/// <summary>What each <see cref=\"{name}\"/> is called and means; from the one list in bpf/abi.</summary>");
        code.Line($"public static class {name}Text");
        code.Open();
        code.Line("/// <summary>Every member of the list, in its order.</summary>");
        code.Line($"public static ReadOnlySpan<{name}> All =>");
        code.Line("[");
        foreach (var entry in list)
        {
            code.Line($"    {name}.{members[entry.Enumerator]},");
        }
        code.Line("];");
        Switch("Name", "The name in JSON and metrics, snake_case; \"unknown\" for a number that is not in the list.", static e => e.Name.ToLowerInvariant(), "unknown");
        Switch("What", "What happened, in one clause; empty for a number that is not in the list.", static e => e.What, "");
        Switch("Hint", "What to look at; empty for a number that is not in the list.", static e => e.Hint, "");
        code.Close();
        return code.ToString();

        void Switch(string method, string doc, Func<DefEntry, string> text, string otherwise)
        {
            code.Line();
            code.Line($"/// <summary>{doc}</summary>");
            code.Line($"public static string {method}({name} value) => value switch");
            code.Open();
            foreach (var entry in list)
            {
                code.Line($"{name}.{members[entry.Enumerator]} => \"{text(entry)}\",");
            }
            code.Line($"_ => \"{otherwise}\",");
            code.Close(";");
        }
    }

    // Named so, or single bits of which one could not come from counting up.
    private static bool IsFlags(AbiEnum type) =>
        type.CName.EndsWith("_flags", StringComparison.Ordinal)
        || (type.Members.All(static m => m.Value >= 0 && BitOperations.PopCount((ulong)m.Value) <= 1) && type.Members.Any(static m => m.Value > 2));
}
