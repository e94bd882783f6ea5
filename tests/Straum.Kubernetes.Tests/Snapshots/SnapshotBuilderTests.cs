using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Snapshots;

public sealed class SnapshotBuilderTests
{
    [Fact]
    public void Build_WithoutAChange_ReturnsTheSameSnapshot()
    {
        var builder = new SnapshotBuilder().Set(Slice("a-1", "a"));
        builder.Build().ShouldBeSameAs(builder.Build());
    }

    [Fact]
    public void Slices_ThatComeMoveAndGo_StayGroupedByService()
    {
        var builder = new SnapshotBuilder().Set(Slice("a-2", "a")).Set(Slice("a-1", "a")).Set(Slice("b-1", "b"));
        var first = builder.Build();
        Groups(first).ShouldBe(["a: a-1 a-2", "b: b-1"]);

        var second = builder.Set(Slice("a-2", "b")).Set(Slice("stray", "")).Build();
        Groups(second).ShouldBe(["a: a-1", "b: a-2 b-1"]);
        second.Revision.ShouldBe(first.Revision + 1);

        builder.EndpointSlices = builder.EndpointSlices.Remove(new("d", "a-1"));
        var third = builder.Build();
        Groups(third).ShouldBe(["b: a-2 b-1"]);
        third.SlicesByService.Find("d", "b").ShouldBeSameAs(second.SlicesByService.Find("d", "b"));
    }

    private static IEnumerable<string> Groups(Snapshot snapshot) => snapshot.SlicesByService
        .Select(g => $"{g.Key.Name}: {string.Join(' ', g.Slices.Select(s => s.Name))}").Order();

    private static EndpointSlice Slice(string name, string service) => new()
    {
        Meta = new() { Namespace = "d", Name = name, Labels = new([new(WellKnown.ServiceName, service)]) },
    };
}
