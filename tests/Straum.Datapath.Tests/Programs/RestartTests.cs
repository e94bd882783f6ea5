using System.Net;
using Straum.Datapath.Abi;
using Straum.Datapath.Pods;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Datapath.Tests.Nodes;
using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Programs;

/// <summary>What one agent leaves, the next takes over.</summary>
public sealed class RestartTests : IDisposable
{
    private static readonly IPAddress PodAddress = IPAddress.Parse("10.244.1.2");

    private readonly KernelFixture _kernel = new();

    [Fact]
    public void AgentEnds_ProgramsStayAttached_AndTheNextUpdatesThemInPlace()
    {
        (uint Link, uint Program) first = default;
        _kernel.Net.Links.CreateVeth("pod0", "inside");
        _kernel.Agent((datapath, attachments, _) =>
        {
            new PodTable(datapath, attachments).Bind(Binding());
            first = PinnedLink(PodDevice);
        });
        PinnedLink(PodDevice).ShouldBe(first);

        _kernel.Agent((datapath, attachments, _) => new PodTable(datapath, attachments).Bind(Binding()));

        var next = PinnedLink(PodDevice);
        next.Link.ShouldBe(first.Link);
        next.Program.ShouldNotBe(first.Program);
    }

    [Fact]
    public void AgentEnds_TablesKeepTheirEntries()
    {
        _kernel.Net.Links.CreateVeth("pod0", "inside");
        _kernel.Agent((datapath, attachments, _) => new PodTable(datapath, attachments).Bind(Binding()));
        _kernel.Agent((datapath, attachments, _) =>
        {
            datapath.Tables.Pods.TryLookup(Addr.From(PodAddress), out var entry).ShouldBeTrue();
            entry.Ifindex.ShouldBe((uint)PodDevice);
        });
    }

    [Fact]
    public void DeviceGone_ItsPinsAreStale()
    {
        _kernel.Net.Links.CreateVeth("pod0", "inside");
        _kernel.Agent((datapath, attachments, _) => new PodTable(datapath, attachments).Bind(Binding()));
        _kernel.Net.Links.Delete("pod0");

        _kernel.Agent((datapath, attachments, _) =>
        {
            new PodTable(datapath, attachments).RemoveExcept(new HashSet<IPAddress>()).ShouldBe(1);
            attachments.RemoveStale();
        });

        Directory.GetFiles(_kernel.PinsOf("links")).ShouldBeEmpty();
    }

    [Fact]
    public void Unbind_AddressThatAnotherPodHasByNow_Stays()
    {
        _kernel.Net.Links.CreateVeth("pod0", "inside");
        _kernel.Net.Links.CreateVeth("pod1", "inside1");
        _kernel.Agent((datapath, attachments, _) =>
        {
            var table = new PodTable(datapath, attachments);
            var former = Binding();
            var heir = Binding() with { Id = 2, InterfaceIndex = _kernel.Net.Links.Get("pod1").Index };
            table.Bind(former);
            table.Bind(heir);

            table.Unbind(former);

            table.Contains(heir).ShouldBeTrue();
        });
    }

    [Fact]
    public void Bind_ProgramsThatCannotBeAttached_LeaveNoEntry()
    {
        _kernel.Agent((datapath, attachments, _) =>
        {
            var table = new PodTable(datapath, attachments);
            Should.Throw<LinuxException>(() => table.Bind(Binding(device: 4711)));
            datapath.Tables.Pods.Count().ShouldBe(0);
        });
    }

    [Fact]
    public void Bind_TableFull_LeavesTheDeviceWithoutPrograms()
    {
        _kernel.Net.Links.CreateVeth("pod0", "inside");
        _kernel.Agent((datapath, attachments, _) =>
        {
            for (uint i = 1; datapath.Tables.Pods.TryWrite(Addr.From(new IPAddress(BitConverter.GetBytes(i))), default); i++)
            {
            }
            Should.Throw<TableFullException>(() => new PodTable(datapath, attachments).Bind(Binding()));
            attachments.Describe().ShouldBeEmpty();
        });
        Directory.GetFiles(_kernel.PinsOf("links")).ShouldBeEmpty();
    }

    // It would write tables that no program reads.
    [Fact]
    public void TablesGrow_NewOnesCannotBeRead_TheAgentHasToEnd() => _kernel.Namespace.Run(() =>
    {
        var pins = new PinLayout(_kernel.PinsOf(""));
        var options = new LoaderOptions { ObjectDirectory = BpfObjects.Directory, PinDirectory = pins.Root };
        var installation = new Installation(options, pins, step =>
        {
            if (step.StartsWith("remove ", StringComparison.Ordinal))
            {
                Pins.Remove(pins.Current()!.Map("svc"));
            }
        });
        using var datapath = new LoadedDatapath(pins, installation, installation.Run(options.Sizes));

        var fault = Should.Throw<ExchangeUnfinishedException>(() => datapath.Grow(new TableSizes { Services = (uint)datapath.Tables.Services.Capacity * 2 }, () => { }));

        fault.Message.ShouldStartWith("tables were exchanged, and this agent could not go over to the new ones");
    });

    [Fact]
    public void TablesGrow_WhatWasReadOfThemCannotBeReadAgain_TheAgentHasToEnd() => _kernel.Agent((datapath, _, _) =>
    {
        var refusal = new LinuxException("map read", "svc", Errno.ENOMEM);

        Should.Throw<ExchangeUnfinishedException>(() => datapath.Grow(new TableSizes { Services = (uint)datapath.Tables.Services.Capacity * 2 }, () => throw refusal))
            .InnerException.ShouldBe(refusal);
    });

    public void Dispose() => _kernel.Dispose();

    private int PodDevice => _kernel.Net.Links.Get("pod0").Index;

    private PodBinding Binding(int? device = null) => new(1, device ?? PodDevice, MacAddress.Parse("02:00:00:00:00:01"), MacAddress.Parse("02:00:00:00:00:02"), [PodAddress]);

    private (uint Link, uint Program) PinnedLink(int device)
    {
        using var link = BpfLink.OpenPinned(Path.Combine(_kernel.PinsOf("links"), $"pod-{device}-in"));
        return (link.Info.Id, link.Info.ProgramId);
    }
}
