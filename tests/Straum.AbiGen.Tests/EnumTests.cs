namespace Straum.AbiGen.Tests;

public sealed class EnumTests : IDisposable
{
    private readonly Snippet _snippet = new();

    public void Dispose() => _snippet.Dispose();

    [Fact]
    public void Enum_BehindANamesStruct_IsPrintedWithoutTheStruct()
    {
        _snippet.Object("a", "enum place { PLACE_POD_IN = 0, PLACE_UPLINK = 3 }; struct some_names { enum place p; } some_names;");

        _snippet.Print("Place").ShouldBe("public enum Place : uint\n{\n    PodIn = 0,\n    Uplink = 3,\n}\n");
        _snippet.Files.ShouldBe(["Place.g.cs"]);
    }

    [Fact]
    public void Enum_OfSingleBits_IsFlags()
    {
        _snippet.Object("a", "enum ct_state { CT_STATE_NONE, CT_REPLIED, CT_FIN, CT_RST = 4 } state;");

        _snippet.Print("CtState").ShouldBe("[Flags]\npublic enum CtState : uint\n{\n    None = 0,\n    Replied = 1,\n    Fin = 2,\n    Rst = 4,\n}\n");
    }

    [Fact]
    public void Enum_WithNegativeValue_IsInt()
    {
        _snippet.Object("a", "enum verdict { VERDICT_CONTINUE = -1, VERDICT_OK = 0 } verdict;");

        _snippet.Print("Verdict").ShouldStartWith("public enum Verdict\n{\n    Continue = -1,");
    }

    [Fact]
    public void EnumFromList_HasTextsPerMember()
    {
        _snippet
            .Header("drop.def", """
                /* REASON(name, "what", "hint") */
                REASON(NO_ROUTE, "no route", "ip route get")
                REASON(TAIL, "a & b <c>", "")
                """)
            .Header("drop.h", """
                enum drop_reason {
                	DROP_NONE = 0,
                #define REASON(name, what, hint) DROP_##name,
                #include "drop.def"
                #undef REASON
                	DROP_REASON_COUNT,	/* how many */
                };
                """)
            .Object("a", "#include \"drop.h\"\nenum drop_reason reason;");

        _snippet.Print("DropReason").ShouldBe("""
            public enum DropReason : uint
            {
                None = 0,
                /// <summary>No route.</summary>
                NoRoute = 1,
                /// <summary>A &amp; b &lt;c&gt;.</summary>
                Tail = 2,
                /// <summary>How many.</summary>
                Count = 3,
            }

            """);
        var texts = _snippet.Print("DropReasonText");
        texts.ShouldContain("DropReason.NoRoute => \"no_route\",");
        texts.ShouldContain("DropReason.NoRoute => \"no route\",");
        texts.ShouldContain("DropReason.NoRoute => \"ip route get\",");
        texts.ShouldNotContain("DropReason.Count");
    }
}
