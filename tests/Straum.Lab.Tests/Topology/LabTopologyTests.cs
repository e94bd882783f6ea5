using System.Net;

namespace Straum.Lab.Topology;

public sealed class LabTopologyTests
{
    [Fact]
    public void Nodes_HaveTheContractsNamesAndAddresses()
    {
        var node = new LabTopology(3).Nodes[1];
        node.Name.ShouldBe("n2");
        node.Namespace.ShouldBe("straum-n2");
        node.Uplink.ShouldBe(DualAddress.Parse("172.30.0.12/24", "fd30::12/64"));
        node.PodsV4.ShouldBe(IPNetwork.Parse("10.244.2.0/24"));
        node.PodsV6.ShouldBe(IPNetwork.Parse("fd44:0:0:2::/64"));
    }

    [Fact]
    public void LargestLab_HasDistinctAddressesInBothFamilies()
    {
        var nodes = new LabTopology(LabSpec.MaxNodes).Nodes;
        nodes.Select(n => n.Uplink.V4).Distinct().Count().ShouldBe(LabSpec.MaxNodes);
        nodes.Select(n => n.Uplink.V6).Distinct().Count().ShouldBe(LabSpec.MaxNodes);
        nodes.Select(n => n.PodsV6).Distinct().Count().ShouldBe(LabSpec.MaxNodes);
    }

    [Theory]
    [InlineData("straum-router", true)]
    [InlineData("straum-client", true)]
    [InlineData("straum-n12", true)]
    [InlineData("straum-n1-0a1b2c3d", true)]
    [InlineData("straum-t-n1", false)]
    [InlineData("straum-n1-notours", false)]
    [InlineData("straum-bench", false)]
    [InlineData("my-straum-router", false)]
    public void Teardown_TouchesOnlyNamesThatLabsGive(string name, bool ours) => LabTeardown.IsOurs(name).ShouldBe(ours);

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void Spec_WithTooFewOrManyNodes_IsRefused(int nodes) => new LabSpec { Nodes = nodes }.Validate().ShouldNotBeEmpty();
}
