using System.Net;

namespace Straum.Control.Addressing;

public sealed class AddressPoolTests
{
    [Theory]
    [InlineData("10.244.1.0/24", 253, "10.244.1.2", "10.244.1.254")]
    [InlineData("10.244.1.0/30", 1, "10.244.1.2", "10.244.1.2")]
    [InlineData("10.244.1.0/31", 2, "10.244.1.0", "10.244.1.1")]
    [InlineData("10.244.1.7/32", 1, "10.244.1.7", "10.244.1.7")]
    [InlineData("10.0.0.0/16", 65533, "10.0.0.2", "10.0.255.254")]
    [InlineData("10.0.0.0/8", 65534, "10.0.0.2", "10.0.255.255")]
    [InlineData("fd44:0:0:1::/64", 65534, "fd44:0:0:1::2", "fd44:0:0:1::ffff")]
    [InlineData("fd44::10/126", 2, "fd44::12", "fd44::13")]
    [InlineData("fd44::10/127", 2, "fd44::10", "fd44::11")]
    [InlineData("fd44::10/128", 1, "fd44::10", "fd44::10")]
    public void Pool_OfPrefix_GivesEveryAddressButTheReservedOnes(string prefix, int size, string first, string last)
    {
        var pool = new AddressPool(IPNetwork.Parse(prefix));

        var given = TakeAll(pool);

        pool.Size.ShouldBe(size);
        given.Count.ShouldBe(size);
        given.ToHashSet().Count.ShouldBe(size);
        given[0].ShouldBe(IPAddress.Parse(first));
        given[^1].ShouldBe(IPAddress.Parse(last));
    }

    [Fact]
    public void Find_AfterReturn_GoesOnBeforeItComesRound()
    {
        var pool = new AddressPool(IPNetwork.Parse("10.0.0.0/29"));
        Take(pool).ShouldBe("10.0.0.2");
        Take(pool).ShouldBe("10.0.0.3");
        pool.Return(IPAddress.Parse("10.0.0.2"));

        Take(pool).ShouldBe("10.0.0.4");
        Take(pool).ShouldBe("10.0.0.5");
        Take(pool).ShouldBe("10.0.0.6");
        Take(pool).ShouldBe("10.0.0.2");
        pool.TryFind(out _).ShouldBeFalse();
    }

    [Fact]
    public void Find_InFullPool_FindsTheOneFreeAddressAnywhere()
    {
        var pool = new AddressPool(IPNetwork.Parse("10.0.0.0/16"));
        TakeAll(pool);
        foreach (var address in new[] { "10.0.0.2", "10.0.0.63", "10.0.0.64", "10.0.77.127", "10.0.255.254" })
        {
            pool.Return(IPAddress.Parse(address));
            Take(pool).ShouldBe(address);
        }
    }

    [Theory]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.255")]
    [InlineData("10.0.1.5")]
    [InlineData("11.0.0.5")]
    [InlineData("::a00:5")]
    public void Address_ReservedOrOutside_IsNotOfThePool(string text)
    {
        var pool = new AddressPool(IPNetwork.Parse("10.0.0.0/24"));
        var address = IPAddress.Parse(text);

        pool.Contains(address).ShouldBeFalse();
        pool.TryTake(address).ShouldBeFalse();
        pool.Return(address);
        pool.TryTake(IPAddress.Parse("10.0.0.2")).ShouldBeTrue();
    }

    private static string Take(AddressPool pool)
    {
        pool.TryFind(out var address).ShouldBeTrue();
        pool.TryTake(address).ShouldBeTrue();
        return address.ToString();
    }

    private static List<IPAddress> TakeAll(AddressPool pool)
    {
        var given = new List<IPAddress>();
        while (pool.TryFind(out var address))
        {
            pool.TryTake(address).ShouldBeTrue();
            given.Add(address);
        }
        return given;
    }
}
