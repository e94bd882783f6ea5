using System.Net;
using System.Net.Sockets;

namespace Straum.Linux.Netlink;

public sealed class NeighborTableTests
{
    [Theory]
    [InlineData("10.9.0.2")]
    [InlineData("fd09::2")]
    public void Replace_Permanent_ReadsBackAndIsReplaced(string text)
    {
        using var test = new TestNamespace();
        var device = test.Net.Links.CreateVeth("near", "far").Index;
        test.Net.Links.SetUp(device);
        var entry = new Neighbor { InterfaceIndex = device, Address = IPAddress.Parse(text), MacAddress = MacAddress.Random() };

        test.Net.Neighbors.Replace(entry);
        test.Net.Neighbors.Replace(entry with { MacAddress = MacAddress.Parse("02:00:00:00:00:09") });

        var found = test.Net.Neighbors.List(device, entry.Address.AddressFamily).Single(n => n.Address.Equals(entry.Address));
        found.ShouldBe(entry with { MacAddress = MacAddress.Parse("02:00:00:00:00:09") });
        test.Net.Neighbors.Delete(device, entry.Address).ShouldBeTrue();
        test.Net.Neighbors.Delete(device, entry.Address).ShouldBeFalse();
    }
}
