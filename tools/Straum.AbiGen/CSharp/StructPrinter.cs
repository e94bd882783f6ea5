using Straum.AbiGen.Headers;
using Straum.AbiGen.Model;

namespace Straum.AbiGen.CSharp;

/// <summary>
/// Prints a struct or union as a blittable C# struct with every byte named. Sequential where .NET's own layout gives the
/// offsets of the C compiler, explicit where fields overlap or are packed.
/// </summary>
internal sealed class StructPrinter(HeaderSet headers, DocComment docs)
{
    public string Print(AbiStruct type)
    {
        var name = NameRules.TypeName(type);
        var fields = WithPadding(type);
        var explicitly = !IsSequential(type, fields);
        var code = new CodeWriter("System.Runtime.InteropServices");
        docs.Append(code, headers.DocOf(type.CName));
        code.Line($"[StructLayout(LayoutKind.{(explicitly ? "Explicit" : "Sequential")}, Size = {type.Size})]");
        code.Line($"public partial struct {name} : IEquatable<{name}>");
        code.Open();
        foreach (var field in fields)
        {
            docs.Append(code, headers.DocOf(type.CName, field.CName) ?? (field.IsPadding ? "Always zero" : null));
            code.Line($"{(explicitly ? $"[FieldOffset({field.Offset})] " : "")}public {NameRules.TypeName(field.Type)} {NameRules.FieldName(type, field.CName)};");
        }
        code.Line();
        code.Line("/// <summary>Compares all bytes, as the kernel compares keys.</summary>");
        code.Line($"public readonly bool Equals({name} other) => AbiBytes.AreEqual(in this, in other);");
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Line($"public override readonly bool Equals(object? obj) => obj is {name} other && Equals(other);");
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Line("public override readonly int GetHashCode() => AbiBytes.HashOf(in this);");
        code.Line();
        code.Line($"public static bool operator ==({name} left, {name} right) => left.Equals(right);");
        code.Line();
        code.Line($"public static bool operator !=({name} left, {name} right) => !left.Equals(right);");
        code.Close();
        return code.ToString();
    }

    /// <summary>Every array type that padding adds to those of the fields.</summary>
    public static IEnumerable<AbiArray> PaddingArrays(AbiStruct type) =>
        WithPadding(type).Where(static f => f.IsPadding).Select(static f => f.Type).OfType<AbiArray>();

    private static List<Field> WithPadding(AbiStruct type)
    {
        var fields = new List<Field>();
        var used = type.Fields.Select(f => NameRules.FieldName(type, f.CName)).ToHashSet();
        var (end, number) = (0, 0);
        foreach (var field in type.Fields)
        {
            Pad(field.Offset);
            fields.Add(new Field(field.CName, field.Type, field.Offset, IsPadding: false));
            end = Math.Max(end, field.Offset + field.Type.Size);
        }
        Pad(type.Size);
        return fields;

        void Pad(int until)
        {
            if (until <= end)
            {
                return;
            }
            while (used.Contains($"Pad{number}"))
            {
                number++;
            }
            var octet = new AbiScalar("__u8", 1, IsSigned: false, IsBigEndian: false);
            fields.Add(new Field($"pad{number++}", until - end == 1 ? octet : new AbiArray(octet, until - end), end, IsPadding: true));
            end = until;
        }
    }

    // Whether each field follows the one before at its own alignment, which is all that sequential layout knows.
    private static bool IsSequential(AbiStruct type, List<Field> fields)
    {
        var end = 0;
        foreach (var field in fields)
        {
            if (field.Offset != Aligned(end, field.Type.Alignment))
            {
                return false;
            }
            end = field.Offset + field.Type.Size;
        }
        return Aligned(end, type.Alignment) == type.Size;
    }

    private static int Aligned(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    private readonly record struct Field(string CName, AbiType Type, int Offset, bool IsPadding);
}
