using Straum.Agent.Configuration;

namespace Straum.Agent.Tests.Configuration;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("mode", "mode", 0)]
    [InlineData("mdoe", "mode", 1)]
    [InlineData("moode", "mode", 1)]
    [InlineData("port", "vni", 4)]
    [InlineData("", "vni", 3)]
    public void Distance_TwoWords_CountsEdits(string from, string to, int expected) =>
        NearestName.Distance(from, to).ShouldBe(expected);

    [Fact]
    public void Find_OneSwap_FindsTheName() =>
        NearestName.Find("directNodeRoutse", ["mode", "directNodeRoutes", "vxlan"]).ShouldBe("directNodeRoutes");

    [Fact]
    public void Find_OnlyCaseDiffers_FindsTheName() =>
        NearestName.Find("socketlb", ["masquerade", "socketLB"]).ShouldBe("socketLB");

    [Fact]
    public void Find_NothingClose_FindsNothing() =>
        NearestName.Find("loadBalancer", ["mode", "mtu", "vxlan"]).ShouldBeNull();
}
