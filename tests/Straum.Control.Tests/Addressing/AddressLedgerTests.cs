using System.Net;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Addressing;

public sealed class AddressLedgerTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Lease_OnDualStackNode_HasOneAddressOfEachFamilyInOrder()
    {
        var ledger = Ledger("10.244.1.0/24", "fd44:0:0:1::/64");

        Lease(ledger, "a").Addresses.ShouldBe([IPAddress.Parse("10.244.1.2"), IPAddress.Parse("fd44:0:0:1::2")]);
        Lease(ledger, "b").Addresses.ShouldBe([IPAddress.Parse("10.244.1.3"), IPAddress.Parse("fd44:0:0:1::3")]);
    }

    [Fact]
    public void Lease_AskedTwiceByOneOwner_IsTheSame()
    {
        var ledger = Ledger("10.244.1.0/24");

        Lease(ledger, "a").ShouldBe(Lease(ledger, "a"));
        ledger.Pools[0].Used.ShouldBe(1);
    }

    [Fact]
    public void Release_ByAnyoneButTheHolder_FreesNothing()
    {
        // cilium/cilium#10065: a late DEL freed an address that a new pod had been given.
        var ledger = Ledger("10.244.1.0/30");
        Lease(ledger, "old");
        ledger.Release(Owner("old"));
        _clock.Advance(AddressLedger.DefaultQuarantine);
        var lease = Lease(ledger, "new");

        ledger.Release(Owner("old")).ShouldBeNull();
        ledger.Release(new AddressOwner("new", "net1")).ShouldBeNull();

        ledger.TryGet(Owner("new"), out var held).ShouldBeTrue();
        held.ShouldBe(lease);
        ledger.TryLease(Owner("third"), out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Address_GivenBack_RestsBeforeItIsGivenAgain()
    {
        var ledger = Ledger("10.244.1.0/30");
        Lease(ledger, "a");
        ledger.Release(Owner("a"));

        _clock.Advance(AddressLedger.DefaultQuarantine - TimeSpan.FromSeconds(1));
        ledger.TryLease(Owner("b"), out _, out _).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        ledger.TryLease(Owner("b"), out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void Quarantine_WhenTheWallClockSteps_IsNotChanged()
    {
        var ledger = Ledger("10.244.1.0/30");
        Lease(ledger, "a");
        ledger.Release(Owner("a"));

        _clock.StepWallClock(TimeSpan.FromDays(1));
        ledger.TryLease(Owner("b"), out _, out _).ShouldBeFalse();
        _clock.StepWallClock(-TimeSpan.FromDays(2));
        _clock.Advance(AddressLedger.DefaultQuarantine);
        ledger.TryLease(Owner("b"), out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void Exhaustion_OfAPool_NamesPoolSizeUsedAndQuarantined()
    {
        var ledger = Ledger("10.244.1.0/29", "fd44::/64");
        foreach (var id in "abcde")
        {
            Lease(ledger, id.ToString());
        }
        ledger.Release(Owner("a"));
        _clock.Advance(TimeSpan.FromSeconds(48));

        ledger.TryLease(Owner("f"), out var lease, out var problem).ShouldBeFalse();

        lease.ShouldBeNull();
        problem!.Severity.ShouldBe(Severity.Error);
        problem.Message.ShouldBe("No pod address is free in 10.244.1.0/29 (5 addresses, 4 used, 1 in quarantine).");
        problem.Fix.ShouldStartWith("Wait 12 s ");
        ledger.Pools[1].Used.ShouldBe(4, "a refused pod must not keep its other address");
    }

    [Fact]
    public void Lease_WithoutPodCidrs_IsRefusedWithTheReason()
    {
        Ledger().TryLease(Owner("a"), out _, out var problem).ShouldBeFalse();

        problem!.Message.ShouldContain("no podCIDR");
        problem.Object.ShouldBe(Node);
    }

    [Fact]
    public void PodCidrs_Changed_LeaveOldLeasesValidAndSayWhichDoNotFit()
    {
        var ledger = Ledger("10.244.1.0/24");
        var old = Lease(ledger, "a");

        var problems = ledger.SetPools([IPNetwork.Parse("10.244.9.0/24")]);

        problems.ShouldHaveSingleItem().Message.ShouldContain("10.244.1.2");
        ledger.TryGet(Owner("a"), out var held).ShouldBeTrue();
        held.ShouldBe(old);
        Lease(ledger, "b").Addresses.ShouldBe([IPAddress.Parse("10.244.9.2")]);
        ledger.Release(Owner("a")).ShouldBe(old);
        ledger.SetPools([IPNetwork.Parse("10.244.9.0/24")]).ShouldBeEmpty();
    }

    [Fact]
    public void PodCidrs_Widened_NeverGiveWhatIsHeldOrResting()
    {
        var ledger = Ledger("10.244.1.0/29");
        foreach (var id in "abcde")
        {
            Lease(ledger, id.ToString());
        }
        ledger.Release(Owner("b"));

        ledger.SetPools([IPNetwork.Parse("10.244.1.0/28")]).ShouldBeEmpty();

        // .7 was the broadcast address of the narrow prefix.
        Lease(ledger, "f").Addresses.ShouldBe([IPAddress.Parse("10.244.1.7")]);
        ledger.Pools[0].ShouldBe(new AddressPoolState(IPNetwork.Parse("10.244.1.0/28"), 13, 5, 1));
    }

    [Fact]
    public void PodCidrs_ThatOverlap_AreReportedAndTheFirstIsUsed()
    {
        var ledger = Ledger();

        var problems = ledger.SetPools([IPNetwork.Parse("10.244.1.0/24"), IPNetwork.Parse("10.244.0.0/16")]);

        problems.ShouldHaveSingleItem().Message.ShouldStartWith("10.244.0.0/16 overlaps 10.244.1.0/24");
        ledger.Pools.ShouldHaveSingleItem().Prefix.ShouldBe(IPNetwork.Parse("10.244.1.0/24"));
    }

    [Fact]
    public void Restore_OfTwoLeasesOfOneAddress_FreesItWithTheLast()
    {
        var address = IPAddress.Parse("10.244.1.2");
        var ledger = Ledger();
        ledger.Restore([new AddressLease(Owner("a"), [address]), new AddressLease(Owner("b"), [address])], []);
        ledger.SetPools([IPNetwork.Parse("10.244.1.0/30")]);

        ledger.Release(Owner("a"));
        _clock.Advance(AddressLedger.DefaultQuarantine);
        ledger.TryLease(Owner("c"), out _, out _).ShouldBeFalse();

        ledger.Release(Owner("b"));
        _clock.Advance(AddressLedger.DefaultQuarantine);
        ledger.TryLease(Owner("c"), out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void Restore_AfterTheClockWasSetBack_WaitsNoLongerThanTheWholeQuarantine()
    {
        var ledger = Ledger();
        var end = _clock.GetUtcNow() + TimeSpan.FromDays(365);
        ledger.Restore([], [new QuarantinedAddress(IPAddress.Parse("10.244.1.2"), end)]);
        ledger.SetPools([IPNetwork.Parse("10.244.1.0/30")]);

        ledger.TryLease(Owner("a"), out _, out _).ShouldBeFalse();
        _clock.Advance(AddressLedger.DefaultQuarantine);
        ledger.TryLease(Owner("a"), out _, out _).ShouldBeTrue();
    }

    private static ObjectName Node { get; } = new("Node", new NamespacedName("", "n1"));

    private static AddressOwner Owner(string id) => new(id, "eth0");

    private static AddressLease Lease(AddressLedger ledger, string id)
    {
        ledger.TryLease(Owner(id), out var lease, out var problem).ShouldBeTrue(problem?.ToString());
        return lease!;
    }

    private AddressLedger Ledger(params string[] prefixes)
    {
        var ledger = new AddressLedger(Node, _clock, AddressLedger.DefaultQuarantine);
        ledger.SetPools(prefixes.Select(IPNetwork.Parse)).ShouldBeEmpty();
        return ledger;
    }
}
