using System.Net;
using Straum.Datapath.Pods;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Datapath.Tests.Nodes;
using Straum.Datapath.Tests.Packets;
using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Tests.Programs;

/// <summary>Pods' programs before they have links (docs/adr/0009).</summary>
public sealed class ProvisionalTests : IDisposable
{
    private static readonly TcDirection[] Directions = [TcDirection.Ingress, TcDirection.Egress];

    private readonly KernelFixture _kernel = new();
    private readonly int _device;

    public ProvisionalTests()
    {
        Requires.Feature(Features.Tcx);
        _device = _kernel.Net.Links.CreateVeth("pod0", "inside").Index;
    }

    [Fact]
    public void Bind_Provisionally_AttachesByFiltersAndPinsNothing() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);

        table.Bind(Pod, provisionally: true);

        table.Contains(Pod).ShouldBeTrue();
        table.IsAnyProvisional.ShouldBeTrue();
        Filters().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
        Links().ShouldBeEmpty();
        Pinned().ShouldBeEmpty();
    });

    [Fact]
    public void Bind_ProvisionallyWhereLinksAre_KeepsThem() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod);

        table.Bind(Pod, provisionally: true);

        table.IsAnyProvisional.ShouldBeFalse();
        Filters().ShouldBeEmpty();
        Links().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
    });

    [Fact]
    public void AttachProvisionally_SecondFilterRefused_TakesTheFirstAway() => _kernel.Agent((datapath, attachments, _) =>
    {
        // One for sockets, where a classifier belongs.
        Should.Throw<LinuxException>(() => attachments.AttachProvisionally("pod", _device, datapath.Programs.PodOut, datapath.Programs.Sockets[0].Program));

        Filters().ShouldBeEmpty();
        attachments.IsAnyProvisional.ShouldBeFalse();
    });

    [Fact]
    public void SettleNext_UntilNoneIsLeft_PutsLinksInPlaceOfFilters() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);

        table.SettleNext().ShouldBeTrue();
        table.Contains(Pod).ShouldBeTrue("half way");
        table.SettleNext().ShouldBeTrue();
        table.SettleNext().ShouldBeFalse();

        table.Contains(Pod).ShouldBeTrue();
        table.IsAnyProvisional.ShouldBeFalse();
        Filters().ShouldBeEmpty();
        Links().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
        Pinned().ShouldBe([$"pod-{_device}-in", $"pod-{_device}-out"]);
    });

    // Adding or deleting clsact replaces the queues of a device that is up by ones that drop, for a grace period.
    [Fact]
    public void SettleNext_WhileTheHostSends_LosesNothing() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);
        using var frames = BringUp();
        using var sender = new SteadySender(() => frames.Send(Arp));

        Settle(table);

        sender.End().ShouldBe(_kernel.Net.Links.Get("pod0").Statistics.SentPackets);
        Links().Length.ShouldBe(2);
    });

    [Fact]
    public void AgentStarts_WhileTheHostSendsToWhatIsNotSettled_LosesNothing()
    {
        _kernel.Agent((datapath, attachments, _) => new PodTable(datapath, attachments).Bind(Pod, provisionally: true));
        using var frames = BringUp();
        using var sender = new SteadySender(() => frames.Send(Arp));

        _kernel.Agent((_, _, _) => Links().Length.ShouldBe(2));

        sender.End().ShouldBe(_kernel.Net.Links.Get("pod0").Statistics.SentPackets);
    }

    [Fact]
    public void SettleNext_FilterOfSomeoneElse_StaysWithItsClsact() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);
        var other = new TcAttachment(_device, TcDirection.Ingress, Priority: 7, Handle: 7);
        other.Attach(_kernel.Net, datapath.Programs.UplinkOut);

        Settle(table);

        other.Find(_kernel.Net).ShouldBe(datapath.Programs.UplinkOut.Info.Id);
        Filters().ShouldBe([datapath.Programs.UplinkOut.Info.Id]);
        table.Contains(Pod).ShouldBeTrue();
    });

    [Fact]
    public void SettleNext_DeviceGone_LeavesNothing() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);
        _kernel.Net.Links.Delete(_device);

        Settle(table);

        table.Contains(Pod).ShouldBeFalse();
        Pinned().ShouldBeEmpty();
    });

    [Fact]
    public void Unbind_BeforeItWasSettled_LeavesNothing() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);

        table.Unbind(Pod);

        table.IsAnyProvisional.ShouldBeFalse();
        table.SettleNext().ShouldBeFalse();
        Filters().ShouldBeEmpty();
        Pinned().ShouldBeEmpty();
    });

    [Fact]
    public void AgentEnds_BeforeItHasSettled_TheNextFindsLinks()
    {
        _kernel.Agent((datapath, attachments, _) => new PodTable(datapath, attachments).Bind(Pod, provisionally: true));
        Filters().Length.ShouldBe(2);

        _kernel.Agent((datapath, attachments, _) =>
        {
            Links().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
            Filters().ShouldBeEmpty();
            new PodTable(datapath, attachments).Bind(Pod);
            attachments.RemoveStale();
        });

        Pinned().ShouldBe([$"pod-{_device}-in", $"pod-{_device}-out"]);
    }

    [Fact]
    public void AgentEnds_BetweenLinkAndFilter_TheNextTakesTheFilterAway()
    {
        _kernel.Agent((datapath, attachments, _) =>
        {
            new PodTable(datapath, attachments).Bind(Pod);
            new TcAttachment(_device, TcDirection.Egress).Attach(_kernel.Net, datapath.Programs.PodIn);
        });

        _kernel.Agent((_, _, _) => { });

        Filters().ShouldBeEmpty();
        Links().Length.ShouldBe(2);
    }

    [Fact]
    public void TablesGrow_WhileItWasNotSettled_ItsProgramsKnowTheNewTables() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);

        datapath.Grow(new TableSizes { Services = (uint)datapath.Tables.Services.Capacity * 2 }, () => { });

        Links().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
        Filters().ShouldBeEmpty();
        table.Contains(Pod).ShouldBeTrue();
        Settle(table);
        table.Contains(Pod).ShouldBeTrue();
        Links().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
    });

    // The first pass of an agent may grow tables, and removes what is stale after it.
    [Fact]
    public void RemoveStale_AfterTablesGrew_LeavesWhatThatSettled() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);
        datapath.Grow(new TableSizes { Services = (uint)datapath.Tables.Services.Capacity * 2 }, () => { });

        attachments.RemoveStale();

        table.Contains(Pod).ShouldBeTrue();
        Pinned().ShouldBe([$"pod-{_device}-in", $"pod-{_device}-out"]);
    });

    [Fact]
    public void SettleEach_DeviceThatRefuses_IsPassedOver() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);
        var other = Pod with { Id = 2, InterfaceIndex = _kernel.Net.Links.CreateVeth("pod1", "inside1").Index, Addresses = [IPAddress.Parse("10.244.1.3")] };
        table.Bind(other, provisionally: true);
        RefuseLinkOfIngress();

        attachments.SettleEach();

        BpfQuery.Tcx(other.InterfaceIndex, TcDirection.Egress, _kernel.Namespace).ShouldBe([datapath.Programs.PodIn.Info.Id]);
        table.Contains(Pod).ShouldBeTrue("by its filter");
        table.IsAnyProvisional.ShouldBeTrue();
    });

    // It must not stay over tables that go.
    [Fact]
    public void TablesGrow_DeviceThatRefusesALink_HasTheNextProgramInItsFilter() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);
        RefuseLinkOfIngress();

        datapath.Grow(new TableSizes { Services = (uint)datapath.Tables.Services.Capacity * 2 }, () => { });

        Filters().ShouldBe([datapath.Programs.PodOut.Info.Id]);
        BpfQuery.Tcx(_device, TcDirection.Egress, _kernel.Namespace).ShouldBe([datapath.Programs.PodIn.Info.Id]);
        table.Contains(Pod).ShouldBeTrue();
    });

    // A pod may be deleted at any moment of an exchange, and the end of one may come long after its beginning.
    [Fact]
    public void FilterThatIsGone_IsPassedOver_AndAnotherOfItsKindIsKept() => _kernel.Agent((datapath, attachments, _) =>
    {
        new PodTable(datapath, attachments).Bind(Pod, provisionally: true);
        using var map = BpfMap.Create(new BpfMapSpec { Name = "former", Type = BpfMapType.ProgramArray, KeySize = 4, ValueSize = 4, MaxEntries = 5 });
        var former = new ProgramArray(map);
        var there = new ProvisionalFilter(new LinkName(LinkName.Pod, _device, TcDirection.Ingress), datapath.Programs.PodOut.Info.Id);
        var gone = new ProvisionalFilter(new LinkName(LinkName.Pod, int.MaxValue, TcDirection.Ingress), int.MaxValue);
        var links = new PinnedLinks(datapath.Pins, [gone, there], null);

        links.KeepAsFormer(former);
        links.Replace(datapath.Programs);

        former.Get(0).ShouldBe(there.ProgramId);
        Filters().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
    });

    [Fact]
    public void Remove_BeforeItWasSettled_TakesTheFiltersAway()
    {
        _kernel.Agent((datapath, attachments, _) => new PodTable(datapath, attachments).Bind(Pod, provisionally: true));

        var removed = DatapathRemover.Remove(_kernel.PinsOf(""), _kernel.Net);

        removed.ShouldContain("program pod_out at pod0");
        removed.ShouldContain("program pod_in at pod0");
        Filters().ShouldBeEmpty();
        _kernel.Net.Qdiscs.List().ShouldNotContain(q => q.Kind == "clsact");
    }

    [Fact]
    public void Remove_AfterItWasSettled_TakesClsactAwayToo()
    {
        _kernel.Agent((datapath, attachments, _) =>
        {
            var table = new PodTable(datapath, attachments);
            table.Bind(Pod, provisionally: true);
            Settle(table);
        });

        DatapathRemover.Remove(_kernel.PinsOf(""), _kernel.Net).ShouldContain($"program at pod-{_device}-out");

        Links().ShouldBeEmpty();
        _kernel.Net.Qdiscs.List().ShouldNotContain(q => q.Kind == "clsact");
    }

    public void Dispose() => _kernel.Dispose();

    private PodBinding Pod =>
        new(1, _device, MacAddress.Parse("02:00:00:00:00:01"), MacAddress.Parse("02:00:00:00:00:02"), [IPAddress.Parse("10.244.1.2")]);

    // A request of nobody, to which nothing answers: pod_in lets it pass.
    private byte[] Arp => [.. Enumerable.Repeat((byte)0xff, 6), .. Pod.HostMac.ToArray(), 0x08, 0x06, .. new byte[46]];

    // Without IPv6 the kernel sends nothing of its own.
    private FrameSocket BringUp()
    {
        Sysctl.Write("net/ipv6/conf/pod0/disable_ipv6", "1", _kernel.Namespace);
        _kernel.Net.Links.SetUp(_kernel.Net.Links.Get("inside").Index);
        _kernel.Net.Links.SetUp(_device);
        return FrameSocket.Open(_kernel.Namespace, _device);
    }

    // Where it would be pinned is a directory.
    private void RefuseLinkOfIngress() => Directory.CreateDirectory(_kernel.PinsOf($"links/pod-{_device}-in"));

    private static void Settle(PodTable table)
    {
        while (table.SettleNext())
        {
        }
    }

    private uint[] Filters() => [.. Directions.SelectMany(d => _kernel.Net.Filters.List(_device, d)).Select(f => f.ProgramId)];

    private uint[] Links() => [.. Directions.SelectMany(d => BpfQuery.Tcx(_device, d, _kernel.Namespace))];

    private string[] Pinned() => [.. Directory.GetFiles(_kernel.PinsOf("links")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
}
