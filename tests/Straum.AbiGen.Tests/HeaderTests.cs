namespace Straum.AbiGen.Tests;

public sealed class HeaderTests : IDisposable
{
    private const string Shared = """
        #ifndef SHARED_H
        #define SHARED_H
        /* Slots per place. */
        #define DROP_STRIDE 64
        #define BIG 0xffffffffU	/* all ones */
        #define NAME "text"

        /*
         * One Service.
         *
         * Written last, see struct other.
         */
        struct service {
        	/* above the field */
        	__u32 base;
        	__u8 flags;	/* enum service_flags */
        	__u8 pad[3];
        };

        struct other { __u32 x; };
        enum service_flags { SERVICE_A = 1, };
        #endif
        """;

    private readonly Snippet _snippet = new();

    public void Dispose() => _snippet.Dispose();

    [Fact]
    public void Comments_OfStructAndFields_BecomeDocumentation()
    {
        _snippet.Header("shared.h", Shared).Object("a", "#include \"shared.h\"\nstruct service service; struct other other;");

        _snippet.Print("Service").ShouldStartWith("""
            /// <summary>One Service.</summary>
            /// <remarks>Written last, see <see cref="Other"/>.</remarks>
            [StructLayout(LayoutKind.Sequential, Size = 8)]
            public partial struct Service : IEquatable<Service>
            {
                /// <summary>Above the field.</summary>
                public uint Base;
                /// <summary>Enum service_flags.</summary>
                public byte Flags;
                public ByteArray3 Pad;
            """);
    }

    [Fact]
    public void Constants_ThatAreIntegers_ArePrinted()
    {
        _snippet.Header("shared.h", Shared).Object("a", "#include \"shared.h\"\nstruct service service;");

        _snippet.Print("AbiConstants").ShouldBe("""
            /// <summary>The numbers that bpf/abi defines.</summary>
            public static class AbiConstants
            {
                public const uint Big = 4294967295;
                /// <summary>Slots per place.</summary>
                public const int DropStride = 64;
            }

            """);
    }

    [Fact]
    public void TypesOutsideTheHeaders_ArePrivateAndSoAreTheirMaps()
    {
        _snippet.Header("shared.h", Shared).Object("a", """
            #include "shared.h"
            struct scratch { void *anything; };
            struct { __uint(type, 6); __uint(max_entries, 1); __type(key, __u32); __type(value, struct scratch); } scratch SEC(".maps");
            struct { __uint(type, 1); __uint(max_entries, 9); __uint(map_flags, 1); __type(key, struct other); __type(value, struct service); } services SEC(".maps");
            struct { __uint(type, 27); __uint(max_entries, 4096); } events SEC(".maps");
            """);

        _snippet.Print("MapTable").ShouldBe("""
            /// <summary>The maps whose keys and values the programs share with the agent.</summary>
            public static class MapTable
            {
                /// <summary><c>services</c>: Hash, <see cref="Other"/> to <see cref="Service"/>, 9 entries unless resized.</summary>
                public static MapDescriptor<Other, Service> Services { get; } = new("services", 1, 9, 0x1);

                /// <summary>All of them, by name.</summary>
                public static IReadOnlyList<MapDescriptor> All { get; } = [Services];
            }

            """);
        _snippet.Files.ShouldNotContain("Scratch.g.cs");
    }

    [Fact]
    public void TwoObjects_WithDifferentMapsOfOneName_AreRefused()
    {
        const string map = """struct {{ __uint(type, 1); __uint(max_entries, {0}); __type(key, __u32); __type(value, __u64); }} m SEC(".maps");""";
        _snippet.Object("a", string.Format(map, 1)).Object("b", string.Format(map, 2));

        _snippet.Generate().ShouldBe(1);
        _snippet.Messages.ShouldStartWith("b.bpf.o: map m differs from a.bpf.o:\n");
    }
}
