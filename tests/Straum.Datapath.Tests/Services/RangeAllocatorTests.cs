using Straum.Datapath.Services;

namespace Straum.Datapath.Tests.Services;

public sealed class RangeAllocatorTests
{
    [Fact]
    public void TryAllocate_FullAndFreedAgain_MergesNeighbours()
    {
        var ranges = new RangeAllocator(8);
        ranges.TryAllocate(3, out var a).ShouldBeTrue();
        ranges.TryAllocate(5, out var b).ShouldBeTrue();
        ranges.TryAllocate(1, out _).ShouldBeFalse();

        ranges.Free(a, 3);
        ranges.Free(b, 5);

        ranges.TryAllocate(8, out var all).ShouldBeTrue();
        all.ShouldBe(0u);
    }

    [Theory]
    [InlineData(0u, 4u, true)]
    [InlineData(3u, 2u, true)]
    [InlineData(6u, 2u, true)]
    [InlineData(6u, 3u, false)]
    [InlineData(9u, 1u, false)]
    public void TryClaim_Range_SucceedsInsideTheArray(uint start, uint length, bool free) =>
        new RangeAllocator(8).TryClaim(start, length).ShouldBe(free);

    [Fact]
    public void TryClaim_OverlappingRange_IsRefused()
    {
        var ranges = new RangeAllocator(8);
        ranges.TryClaim(2, 3).ShouldBeTrue();
        ranges.TryClaim(4, 2).ShouldBeFalse();
        ranges.TryClaim(5, 3).ShouldBeTrue();
        ranges.Used.ShouldBe(6u);
    }

    [Fact]
    public void RandomHistory_NeverHandsOutASlotTwice()
    {
        var random = new Random(11);
        var ranges = new RangeAllocator(200);
        var owner = new bool[200];
        var held = new List<(uint Start, uint Length)>();
        for (var step = 0; step < 5000; step++)
        {
            if (held.Count > 0 && random.Next(2) == 0)
            {
                var i = random.Next(held.Count);
                var (start, length) = held[i];
                held.RemoveAt(i);
                owner.AsSpan((int)start, (int)length).Clear();
                ranges.Free(start, length);
            }
            else if (ranges.TryAllocate((uint)random.Next(1, 9), out var start) is var got && got)
            {
                var length = ranges.Used - (uint)owner.Count(o => o);
                owner.AsSpan((int)start, (int)length).ToArray().ShouldAllBe(o => !o);
                owner.AsSpan((int)start, (int)length).Fill(true);
                held.Add((start, length));
            }
            ranges.Used.ShouldBe((uint)owner.Count(o => o));
        }
    }
}
