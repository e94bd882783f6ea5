using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Straum.AbiGen.CSharp;
using Straum.AbiGen.Headers;
using Straum.AbiGen.Model;
using Straum.Datapath.Abi;

namespace Straum.AbiGen.Tests;

/// <summary>The generated files in the tree against the built objects: the same text, and in the running program the same layout.</summary>
public sealed class ShippedAbiTests
{
    private static readonly string Root = FindRoot();
    private static readonly string Objects = Path.Combine(Root, "bin/bpf");
    private static readonly string Headers = Path.Combine(Root, "bpf/abi");

    [Fact]
    public void GeneratedFiles_InTheTree_AreWhatTheObjectsSay()
    {
        RequireObjects();
        using var output = new StringWriter();
        Generator.Run(["--check", "--headers", Headers, Objects, Path.Combine(Root, "src/Straum.Datapath/Abi")], output, output).ShouldBe(0, output.ToString());
    }

    [Fact]
    public void EveryStruct_InTheRunningProgram_HasTheOffsetsOfTheCompiler()
    {
        RequireObjects();
        var shared = AbiSet.ReadFolder(Objects, HeaderSet.Read(Headers).Defines);
        var structs = shared.Types.OfType<AbiStruct>().Where(static s => !s.CName.EndsWith("_names", StringComparison.Ordinal)).ToList();
        structs.ShouldNotBeEmpty();
        foreach (var layout in structs)
        {
            var type = typeof(MapDescriptor).Assembly.GetType("Straum.Datapath.Abi." + NameRules.TypeName(layout)).ShouldNotBeNull(layout.CName);
            SizeOf(type).ShouldBe(layout.Size, layout.CName);
            foreach (var field in layout.Fields)
            {
                OffsetOf(type, NameRules.FieldName(layout, field.CName)).ShouldBe(field.Offset, $"{layout.CName}.{field.CName}");
            }
        }
    }

    [Fact]
    public void EveryMap_KnowsTheSizesOfItsKeyAndValue()
    {
        RequireObjects();
        var shared = AbiSet.ReadFolder(Objects, HeaderSet.Read(Headers).Defines).Maps.Where(static m => m.Key is not null && m.Value is not null);
        MapTable.All.Select(static m => (m.Name, m.Kind, m.KeySize, m.ValueSize)).ShouldBe(shared.Select(static m => (m.Name, m.Kind, m.Key!.Size, m.Value!.Size)));
    }

    private static void RequireObjects() =>
        (Directory.Exists(Objects) && Directory.GetFiles(Objects, "*.bpf.o").Length > 0).ShouldBeTrue("bin/bpf has no objects: run make bpf");

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    // Marshal.OffsetOf speaks of another layout where marshalling differs, so the real one is measured.
    private static int OffsetOf(Type type, string field)
    {
        var info = type.GetField(field, BindingFlags.Public | BindingFlags.Instance).ShouldNotBeNull($"{type.Name}.{field}");
        var measure = typeof(ShippedAbiTests).GetMethod(nameof(Measure), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type);
        return (int)measure.Invoke(null, [info])!;
    }

    // Fills the field with ones in a struct of zeros, and looks where they start.
    private static int Measure<T>(FieldInfo field) where T : unmanaged
    {
        var ones = Array.CreateInstance(field.FieldType, 1);
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(ones), SizeOf(field.FieldType)).Fill(0xff);
        object boxed = default(T);
        field.SetValue(boxed, ones.GetValue(0));
        var value = (T)boxed;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).IndexOf((byte)0xff);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "straum.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory);
        }
        return folder.FullName;
    }
}
