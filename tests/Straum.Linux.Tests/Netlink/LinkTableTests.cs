using System.Net;
using Straum.Linux.Interop;
using Straum.Linux.Netlink.Codec;

namespace Straum.Linux.Netlink;

public sealed class LinkTableTests
{
    [Fact]
    public void CreateVeth_PeerInOtherNamespace_AppearsThereWithItsSettings()
    {
        using var here = new TestNamespace();
        using var there = new TestNamespace();
        var mac = MacAddress.Parse("02:00:00:00:00:01");
        var peerMac = MacAddress.Parse("02:00:00:00:00:02");

        var near = here.Net.Links.CreateVeth("near", "far", there, mtu: 1400, mac: mac, peerMac: peerMac, queues: 2);

        near.Kind.ShouldBe("veth");
        near.MacAddress.ShouldBe(mac);
        near.Mtu.ShouldBe(1400);
        near.TransmitQueues.ShouldBe(2);
        here.Net.Links.TryGet("far", out _).ShouldBeFalse();
        var far = there.Net.Links.Get("far");
        far.MacAddress.ShouldBe(peerMac);
        far.Mtu.ShouldBe(1400);
        near.ParentIndex.ShouldBe(far.Index);
        near.PeerNamespaceId.ShouldNotBeNull();
    }

    [Fact]
    public async Task SetUp_BothEnds_GiveCarrierAndNoLinkLocalAddressWhenSwitchedOff()
    {
        using var test = new TestNamespace();
        var near = test.Net.Links.CreateVeth("near", "far");
        var far = test.Net.Links.Get("far");
        test.Net.Links.SetAddrGenModeNone(near.Index);
        using var monitor = RtNetlinkMonitor.Open(test, NetlinkGroups.Addresses);
        test.Net.Links.SetUp(near.Index);
        test.Net.Links.SetUp(far.Index);

        test.Net.Links.Get(near.Index).HasCarrier.ShouldBeTrue();
        var added = (NetlinkEvent.AddressChanged)await monitor.Events.ReadAsync(TestContext.Current.CancellationToken);
        added.Address.InterfaceIndex.ShouldBe(far.Index);
        added.Address.Address.IsIPv6LinkLocal.ShouldBeTrue();
        test.Net.Addresses.List(near.Index).ShouldBeEmpty();

        test.Net.Links.SetDown(near.Index);
        test.Net.Links.Get(near.Index).IsUp.ShouldBeFalse();
    }

    [Fact]
    public void CreateVxlan_External_ReadsBackItsSettings()
    {
        using var test = new TestNamespace();
        var link = test.Net.Links.CreateVxlan("vx", new VxlanSettings { External = true, Port = 4799 }, mtu: 1450);
        link.Kind.ShouldBe("vxlan");
        link.Mtu.ShouldBe(1450);
        link.Vxlan!.External.ShouldBeTrue();
        link.Vxlan.Port.ShouldBe((ushort)4799);
        link.Vxlan.Learning.ShouldBeFalse();
    }

    [Fact]
    public void CreateVxlan_WithNetworkId_ReadsBackItsSettings()
    {
        using var test = new TestNamespace();
        var settings = new VxlanSettings { Vni = 7, Remote = IPAddress.Parse("fd00::1"), Local = IPAddress.Parse("fd00::2"), ZeroChecksum6 = true };
        test.Net.Links.CreateVxlan("vx", settings).Vxlan.ShouldBe(settings);
    }

    /// <summary>From the kernel's message, because not every kernel that the tests run on has the device.</summary>
    [Fact]
    public void Parse_Geneve_HasWhereItLeads()
    {
        Parse(external: true).External.ShouldBeTrue();
        Parse(external: false).ShouldBe(new GeneveSettings { Remote = IPAddress.Parse("fd00::1") });

        static GeneveSettings Parse(bool external)
        {
            var message = new NetlinkWriter(new byte[NetlinkWriter.Capacity], Rtnetlink.RTM_NEWLINK, 0);
            message.Header(new LinkMessage.Header { Index = 5 });
            message.AddString(IfLink.IFLA_IFNAME, "gnv0");
            var info = message.BeginNest(IfLink.IFLA_LINKINFO);
            message.AddString(IfLink.IFLA_INFO_KIND, "geneve");
            var data = message.BeginNest(IfLink.IFLA_INFO_DATA);
            if (external)
            {
                message.AddFlag(IfLink.IFLA_GENEVE_COLLECT_METADATA);
            }
            else
            {
                message.AddAddress(IfLink.IFLA_GENEVE_REMOTE6, IPAddress.Parse("fd00::1"));
            }
            message.EndNest(data);
            message.EndNest(info);
            return LinkMessage.Parse(Rtnetlink.RTM_NEWLINK, message.Finish()[16..])!.Geneve!;
        }
    }

    [Fact]
    public void SetMaster_Bridge_PortJoinsAndLeaves()
    {
        using var test = new TestNamespace();
        var bridge = test.Net.Links.CreateBridge("br");
        var port = test.Net.Links.CreateVeth("port", "peer");
        test.Net.Links.SetMaster(port.Index, bridge.Index);
        test.Net.Links.Get(port.Index).MasterIndex.ShouldBe(bridge.Index);
        test.Net.Links.SetMaster(port.Index, 0);
        test.Net.Links.Get(port.Index).MasterIndex.ShouldBe(0);
    }

    [Fact]
    public void CreateMacvlan_OnVeth_NamesItsParent()
    {
        using var test = new TestNamespace();
        var parent = test.Net.Links.CreateVeth("near", "far");
        var link = test.Net.Links.CreateMacvlan("mv", parent.Index);
        link.Kind.ShouldBe("macvlan");
        link.ParentIndex.ShouldBe(parent.Index);
    }

    [Fact]
    public void SetNameMacMtuAggregation_Existing_AreChanged()
    {
        using var test = new TestNamespace();
        var link = test.Net.Links.CreateVeth("near", "far");
        var mac = MacAddress.Random();
        test.Net.Links.SetName(link.Index, "renamed");
        test.Net.Links.SetMac(link.Index, mac);
        test.Net.Links.SetMtu(link.Index, 1300);
        test.Net.Links.SetAggregation(link.Index, 60000, 50000);
        var changed = test.Net.Links.Get("renamed");
        changed.Index.ShouldBe(link.Index);
        changed.MacAddress.ShouldBe(mac);
        changed.Mtu.ShouldBe(1300);
        changed.GsoMaxSize.ShouldBe(60000);
        changed.GroMaxSize.ShouldBe(50000);
    }

    [Fact]
    public void SetNoArp_DeviceUp_ChangesThatFlagOnly()
    {
        using var test = new TestNamespace();
        var link = test.Net.Links.CreateVeth("near", "far");
        test.Net.Links.SetUp(link.Index);
        test.Net.Links.SetNoArp(link.Index);
        var changed = test.Net.Links.Get(link.Index);
        changed.Flags.HasFlag(LinkFlags.NoArp).ShouldBeTrue();
        changed.IsUp.ShouldBeTrue();
    }

    [Fact]
    public void SetNamespace_Veth_Moves()
    {
        using var here = new TestNamespace();
        using var there = new TestNamespace();
        var link = here.Net.Links.CreateVeth("near", "far");
        here.Net.Links.SetNamespace(link.Index, there);
        here.Net.Links.TryGet("near", out _).ShouldBeFalse();
        there.Net.Links.TryGet("near", out _).ShouldBeTrue();
    }

    [Fact]
    public void Delete_TwiceByNameAndIndex_SecondIsFalse()
    {
        using var test = new TestNamespace();
        var link = test.Net.Links.CreateVeth("near", "far");
        test.Net.Links.Delete("far").ShouldBeTrue();
        test.Net.Links.Delete("far").ShouldBeFalse();
        test.Net.Links.Delete(link.Index).ShouldBeFalse();
        test.Net.Links.List().ShouldHaveSingleItem().Name.ShouldBe("lo");
    }

    [Fact]
    public void CreateVxlan_BadMtu_TellsTheKernelsWords()
    {
        using var test = new TestNamespace();
        var link = test.Net.Links.CreateVeth("near", "far");
        var failure = Should.Throw<NetlinkException>(() => test.Net.Links.SetMtu(link.Index, 20));
        failure.Errno.ShouldBe(Errno.EINVAL);
        failure.KernelMessage.ShouldBe("mtu less than device minimum");
        failure.Message.ShouldContain("link set mtu");
    }

    [Fact]
    public void Get_Absent_SaysNoDevice()
    {
        using var test = new TestNamespace();
        Should.Throw<LinuxException>(() => test.Net.Links.Get("absent")).Errno.ShouldBe(Errno.ENODEV);
        Should.Throw<ArgumentException>(() => test.Net.Links.TryGet("a-name-too-long-for-linux", out _));
    }
}
