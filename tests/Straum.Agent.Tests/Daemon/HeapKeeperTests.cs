using Straum.Agent.Daemon;

namespace Straum.Agent.Tests.Daemon;

public sealed class HeapKeeperTests
{
    private readonly HeapKeeper _heap;
    private long _allocated;
    private int _collections;
    private int _givenBack;

    public HeapKeeperTests() => _heap = new HeapKeeper(() => _allocated, () => _collections++, () => _givenBack++);

    [Fact]
    public void Pass_ThatAllocatedTheBudget_CollectsOnce()
    {
        _allocated += HeapKeeper.Budget;
        _heap.Passed();
        _heap.Passed();

        _collections.ShouldBe(1);
        _givenBack.ShouldBe(0);
    }

    [Fact]
    public void Passes_ThatAllocateLittle_CollectOnceInABudget()
    {
        for (var pass = 0; pass < 64; pass++)
        {
            _allocated += HeapKeeper.Budget / 32;
            _heap.Passed();
        }
        _collections.ShouldBe(2);
    }

    [Fact]
    public void QuietAgent_GivesBackOnce()
    {
        _allocated += HeapKeeper.Budget;
        _heap.Passed();

        Tick(times: 10, HeapKeeper.Murmur / 2);

        _givenBack.ShouldBe(1);
    }

    [Fact]
    public void QuietAgent_ThatAllocatedLittleSince_KeepsWhatItHas()
    {
        Tick(times: 100, HeapKeeper.Murmur / 2);
        _givenBack.ShouldBe(0);
    }

    // Pods come without a pass: each of them would wait for the collection.
    [Fact]
    public void AgentThatIsAskedForPods_IsNotQuiet()
    {
        _allocated += HeapKeeper.Budget;
        Tick(times: 100, HeapKeeper.Murmur);
        _givenBack.ShouldBe(0);

        Tick(times: 2, 0);
        _givenBack.ShouldBe(1);
    }

    [Fact]
    public void Pass_BetweenTwoQuietTicks_MakesThemBeginAnew()
    {
        _allocated += HeapKeeper.Budget;
        Tick(times: 2, 0);
        _heap.Passed();
        Tick(times: 1, 0);
        _givenBack.ShouldBe(0);

        Tick(times: 1, 0);
        _givenBack.ShouldBe(1);
    }

    private void Tick(int times, long allocating)
    {
        for (var tick = 0; tick < times; tick++)
        {
            _allocated += allocating;
            _heap.Idle();
        }
    }
}
