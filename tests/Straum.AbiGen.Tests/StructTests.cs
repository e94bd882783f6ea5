namespace Straum.AbiGen.Tests;

public sealed class StructTests : IDisposable
{
    private readonly Snippet _snippet = new();

    public void Dispose() => _snippet.Dispose();

    [Fact]
    public void Struct_WithHoles_NamesEveryByte()
    {
        _snippet.Object("a", "struct holes { __u8 a; __u32 b; __u8 c; __u64 d; __u16 e; } holes;");

        _snippet.Fields("Holes").ShouldBe(
        [
            "public byte A;", "public ByteArray3 Pad0;", "public uint B;", "public byte C;", "public ByteArray7 Pad1;",
            "public ulong D;", "public ushort E;", "public ByteArray6 Pad2;",
        ]);
        _snippet.Print("Holes").ShouldContain("[StructLayout(LayoutKind.Sequential, Size = 32)]\npublic partial struct Holes : IEquatable<Holes>");
        _snippet.Print("InlineArrays").ShouldContain("[InlineArray(7)]\npublic struct ByteArray7\n{\n    private byte _element0;\n}");
    }

    [Fact]
    public void Struct_OwnPadding_KeepsItsNameAndMovesTheGeneratedOne()
    {
        _snippet.Object("a", "struct padded { __u8 a; __u8 pad0; __u32 b; } padded;");

        _snippet.Fields("Padded").ShouldBe(["public byte A;", "public byte Pad0;", "public ByteArray2 Pad1;", "public uint B;"]);
    }

    [Fact]
    public void Fields_NetworkOrder_AreBigEndianTypes()
    {
        _snippet.Object("a", "struct addr { __be32 w[4]; }; struct end { struct addr addr; __be16 port; __be64 id; } end;");

        _snippet.Fields("End").ShouldBe(["public Addr Addr;", "public BigEndian16 Port;", "public ByteArray6 Pad0;", "public BigEndian64 Id;"]);
        _snippet.Fields("Addr").ShouldBe(["public BigEndian32Array4 W;"]);
    }

    [Fact]
    public void Fields_SignedTypedefBoolAndTrailingUnderscore_GetPlainNames()
    {
        _snippet.Object("a", "typedef __s16 delta_t; struct plain_one { __s8 a_; delta_t some_delta; int c; long long d_e; _Bool is_on; char name[16]; } plain;");

        _snippet.Fields("PlainOne").ShouldBe(
        [
            "public sbyte A;", "public byte Pad0;", "public short SomeDelta;", "public int C;", "public long DE;", "public byte IsOn;",
            "public SbyteArray16 Name;", "public ByteArray7 Pad1;",
        ]);
    }

    [Fact]
    public void AnonymousUnion_InStruct_BecomesOverlappingFields()
    {
        _snippet.Object("a", "struct key { __u32 kind; union { __be32 v4; struct { __u16 lo; __u16 hi; }; }; } key;");

        _snippet.Fields("Key").ShouldBe(
        [
            "[FieldOffset(0)] public uint Kind;", "[FieldOffset(4)] public BigEndian32 V4;",
            "[FieldOffset(4)] public ushort Lo;", "[FieldOffset(6)] public ushort Hi;",
        ]);
        _snippet.Print("Key").ShouldContain("LayoutKind.Explicit, Size = 8");
    }

    [Fact]
    public void PackedStruct_Unaligned_IsExplicit()
    {
        _snippet.Object("a", "struct packed { __u8 a; __u32 b; } __attribute__((packed)) packed;");

        _snippet.Fields("Packed").ShouldBe(["[FieldOffset(0)] public byte A;", "[FieldOffset(1)] public uint B;"]);
    }

    [Fact]
    public void NestedTypes_NamedByTypedefOrField_GetFilesOfTheirOwn()
    {
        _snippet.Object("a", "typedef struct { __u32 x; } point_t; struct shape { point_t corners[2]; struct { __u8 r; } colour; __u8 shape; } shape;");

        _snippet.Fields("Shape").ShouldBe(["public PointTArray2 Corners;", "public ShapeColour Colour;", "public byte ShapeValue;", "public ByteArray2 Pad0;"]);
        _snippet.Files.ShouldBe(["InlineArrays.g.cs", "PointT.g.cs", "Shape.g.cs", "ShapeColour.g.cs"]);
    }

    [Fact]
    public void TaggedType_OfAStaticVariable_IsPrinted()
    {
        _snippet.Object("a", """struct __attribute__((btf_decl_tag("abi"))) event { __u64 when; }; struct { __uint(type, 1); __type(key, __u32); __type(value, struct event); } m SEC(".maps");""");

        _snippet.Fields("Event").ShouldBe(["public ulong When;"]);
    }

    [Theory]
    [InlineData("struct bits { __u32 a : 3; } bits;", "bits.a: a bitfield's place depends on the compiler")]
    [InlineData("struct leaky { void *next; } leaky;", "leaky_next: a pointer means nothing to another address space")]
    [InlineData("struct real { double d; } real;", "real_d: BTF kind Float cannot be shared with C#")]
    public void Field_ThatCannotBeShared_IsNamedWithTheReason(string source, string message)
    {
        _snippet.Object("a", source);

        _snippet.Generate().ShouldBe(1);
        _snippet.Messages.ShouldStartWith("a.bpf.o: " + message);
    }

    [Fact]
    public void TwoObjects_WithDifferentStructsOfOneName_AreRefused()
    {
        _snippet.Object("a", "struct key { __u32 a; __u32 b; } key;").Object("b", "struct key { __u32 a; __u16 b; } key;");

        _snippet.Generate().ShouldBe(1);
        _snippet.Messages.ShouldBe("""
            b.bpf.o: key differs from a.bpf.o:
              here:  struct key:8 { 0: u32 a; 4: u16 b }
              there: struct key:8 { 0: u32 a; 4: u32 b }

            """);
    }
}
