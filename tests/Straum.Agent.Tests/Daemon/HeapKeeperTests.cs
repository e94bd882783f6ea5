using Straum.Agent.Daemon;

namespace Straum.Agent.Tests.Daemon;

public sealed class HeapKeeperTests
{
    /// <summary>Whatever else collects meanwhile: a pass that allocated its budget does not end without a collection.</summary>
    [Fact]
    public void Pass_ThatAllocatedTheBudget_Collects()
    {
        var heap = new HeapKeeper();
        heap.Passed();
        Allocate();
        var before = GC.CollectionCount(1);

        heap.Passed();

        GC.CollectionCount(1).ShouldBeGreaterThan(before);
    }

    [Fact]
    public void QuietAgent_GivesBackOnce()
    {
        var heap = new HeapKeeper();
        Allocate();
        var before = GC.CollectionCount(2);

        for (var tick = 0; tick < 3; tick++)
        {
            heap.Idle();
        }

        GC.CollectionCount(2).ShouldBeGreaterThan(before);
    }

    private static void Allocate()
    {
        for (var allocated = 0L; allocated <= HeapKeeper.Budget; allocated += 1024)
        {
            GC.KeepAlive(new byte[1024]);
        }
    }
}
