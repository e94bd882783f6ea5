using System.Net;

namespace Straum.Lab.ApiServer.Services;

public sealed class AddressPoolTests
{
    [Fact]
    public void Next_InALargeRange_LeavesTheLowEndToThoseWhoAskByName()
    {
        var pool = new AddressPool(IPNetwork.Parse("10.96.0.0/16"));
        pool.First.ShouldBe(IPAddress.Parse("10.96.0.1"));
        Take(pool).ShouldBe(IPAddress.Parse("10.96.1.0"));
        Take(pool).ShouldBe(IPAddress.Parse("10.96.1.1"));
    }

    [Fact]
    public void Next_AfterARelease_DoesNotGiveTheSameAddressAtOnce()
    {
        var pool = new AddressPool(IPNetwork.Parse("fd96::/112"));
        var first = Take(pool);
        pool.Release(first);
        Take(pool).ShouldNotBe(first);
    }

    [Fact]
    public void Next_UntilEmpty_GivesEveryAddressOnceAndNoneThatIsNoOnes()
    {
        var pool = new AddressPool(IPNetwork.Parse("10.0.0.0/26"));
        pool.Take(pool.First);
        var taken = new List<IPAddress>();
        while (pool.Next() is { } next)
        {
            pool.Take(next);
            taken.Add(next);
        }
        taken.Distinct().Count().ShouldBe(61); // 64 without network, broadcast and the kubernetes Service
        taken.ShouldNotContain(IPAddress.Parse("10.0.0.0"));
        taken.ShouldNotContain(IPAddress.Parse("10.0.0.63"));
        pool.Release(taken[7]);
        pool.Next().ShouldBe(taken[7]);
    }

    [Fact]
    public void NodePorts_UntilEmpty_AreAllOfTheRange()
    {
        var pool = new NodePortPool();
        var taken = new HashSet<int>();
        while (pool.Next(taken) is { } port)
        {
            taken.Add(port).ShouldBeTrue();
            pool.Take(port);
        }
        taken.Count.ShouldBe(2768);
        (taken.Min(), taken.Max()).ShouldBe((30000, 32767));
    }

    private static IPAddress Take(AddressPool pool)
    {
        var next = pool.Next()!;
        pool.Take(next);
        return next;
    }
}
