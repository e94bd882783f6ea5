using Straum.Datapath.Layouts;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Layouts;

public sealed class StructConversionTests
{
    [Fact]
    public void Fields_MovedAddedDroppedAndWidened_KeepTheirValues()
    {
        var from = new TypeLayout(8, [Number("a", 0, 2), Number("gone", 2, 2), Number("b", 4, 4)]);
        var to = new TypeLayout(16, [Number("b", 0, 8), Number("new", 8, 4), Number("a", 12, 2), Number("pad", 14, 2)]);

        Convert(from, to, [1, 2, 3, 4, 5, 6, 7, 8]).ShouldBe(new byte[] { 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0 });
    }

    [Fact]
    public void Number_ThatBecameNarrower_FitsOrIsRefused()
    {
        var (wide, narrow) = (new TypeLayout(4, [Number("a", 0, 4)]), new TypeLayout(2, [Number("a", 0, 2)]));
        Convert(wide, narrow, [1, 2, 0, 0]).ShouldBe(new byte[] { 1, 2 });
        Convert(wide, narrow, [1, 2, 3, 0]).ShouldBeNull();
    }

    [Fact]
    public void Field_OfAnotherShape_CannotBeConverted()
    {
        var mac = new TypeLayout(6, [new FieldLayout("mac", 0, 1, 6, false)]);
        StructConversion.Between(mac, new TypeLayout(8, [new FieldLayout("mac", 0, 1, 8, false)])).ShouldBeNull();
        var port = new TypeLayout(2, [new FieldLayout("port", 0, 2, 1, true)]);
        StructConversion.Between(port, new TypeLayout(2, [Number("port", 0, 2)])).ShouldBeNull();
        StructConversion.Between(port, new TypeLayout(4, [new FieldLayout("port", 0, 4, 1, true)])).ShouldBeNull();
    }

    [Fact]
    public void Structs_WithoutACommonField_CannotBeConverted() =>
        StructConversion.Between(new TypeLayout(4, [Number("a", 0, 4)]), new TypeLayout(4, [Number("b", 0, 4)])).ShouldBeNull();

    [Fact]
    public void Schema_OfTheOtherBuild_NamesFieldsAndPlaces()
    {
        using var file = BpfObjectFile.Open(Path.Combine(BpfObjects.Directory, "pod.bpf.o"));
        using var next = BpfObjectFile.Open(Path.Combine(BpfObjects.NextDirectory, "pod.bpf.o"));
        var (entry, nextEntry) = (file.Map("conntrack").Layout!.Value, next.Map("conntrack").Layout!.Value);

        entry.Fields.Single(f => f.Path == "peer.sport").ShouldBe(new FieldLayout("peer.sport", 32, 2, 1, true));
        entry.Fields.Single(f => f.Path == "service").Offset.ShouldBe(48);
        nextEntry.Fields.Single(f => f.Path == "service").Offset.ShouldBe(52);
        entry.Fields.Single(f => f.Path == "peer.src.w").ShouldBe(new FieldLayout("peer.src.w", 0, 4, 4, true));
        file.Map("peers").Layout.ShouldBe(next.Map("peers").Layout);
    }

    private static FieldLayout Number(string path, int offset, int size) => new(path, offset, size, 1, false);

    private static byte[]? Convert(TypeLayout from, TypeLayout to, byte[] source)
    {
        var target = new byte[to.Size];
        Array.Fill(target, (byte)0xff);
        return StructConversion.Between(from, to)!.TryConvert(source, target) ? target : null;
    }
}
