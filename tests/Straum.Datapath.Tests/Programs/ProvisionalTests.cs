using System.Net;
using Straum.Datapath.Pods;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Datapath.Tests.Nodes;
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
    public void SettleNext_UntilNoneIsLeft_PutsLinksInPlaceOfFiltersAndTakesClsactAway() => _kernel.Agent((datapath, attachments, _) =>
    {
        var table = new PodTable(datapath, attachments);
        table.Bind(Pod, provisionally: true);

        table.SettleNext().ShouldBeTrue();
        table.Contains(Pod).ShouldBeTrue("half way");
        table.SettleNext().ShouldBeTrue();
        table.SettleNext().ShouldBeFalse();

        table.Contains(Pod).ShouldBeTrue();
        table.IsAnyProvisional.ShouldBeFalse();
        Links().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
        Pinned().ShouldBe([$"pod-{_device}-in", $"pod-{_device}-out"]);
        _kernel.Net.Qdiscs.List().ShouldNotContain(q => q.Kind == "clsact");
    });

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
        _kernel.Net.Qdiscs.List().ShouldNotContain(q => q.Kind == "clsact");
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

        datapath.Grow(new TableSizes { Services = (uint)datapath.Tables.Services.Capacity * 2 });

        Links().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
        Filters().ShouldBeEmpty();
        table.Contains(Pod).ShouldBeTrue();
        Settle(table);
        table.Contains(Pod).ShouldBeTrue();
        Links().ShouldBe([datapath.Programs.PodOut.Info.Id, datapath.Programs.PodIn.Info.Id]);
    });

    [Fact]
    public void Remove_BeforeItWasSettled_TakesTheFiltersAway()
    {
        _kernel.Agent((datapath, attachments, _) => new PodTable(datapath, attachments).Bind(Pod, provisionally: true));

        var removed = DatapathRemover.Remove(_kernel.PinsOf(""), _kernel.Net);

        removed.ShouldContain("program pod_out at pod0");
        removed.ShouldContain("program pod_in at pod0");
        Filters().ShouldBeEmpty();
    }

    public void Dispose() => _kernel.Dispose();

    private PodBinding Pod =>
        new(1, _device, MacAddress.Parse("02:00:00:00:00:01"), MacAddress.Parse("02:00:00:00:00:02"), [IPAddress.Parse("10.244.1.2")]);

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
