using System.Net;
using System.Net.Sockets;
using Straum.Linux.Netlink;

namespace Straum.Linux.Bpf;

public sealed class BpfLinkTests : IDisposable
{
    private static readonly IPAddress Here = IPAddress.Parse("10.9.0.1"), There = IPAddress.Parse("10.9.0.2");
    private readonly BpfObject _object = Objects.Load("attach");
    private readonly TestNamespace _test = new(), _peer = new();
    private readonly MappedBpfArray<ulong> _seen;
    private readonly int _device;

    public BpfLinkTests()
    {
        _seen = new MappedBpfArray<ulong>(_object.Map("seen"));
        _device = _test.Net.Links.CreateVeth("near", "far", _peer).Index;
        var far = _peer.Net.Links.Get("far").Index;
        _test.Net.Addresses.Add(_device, Here, 24);
        _peer.Net.Addresses.Add(far, There, 24);
        _test.Net.Links.SetUp(_device);
        _peer.Net.Links.SetUp(far);
        // Known in advance: a resolution that a dropping program let fail would be remembered for seconds.
        _test.Net.Neighbors.Replace(new Neighbor { InterfaceIndex = _device, Address = There, MacAddress = _peer.Net.Links.Get(far).MacAddress });
        _peer.Net.Neighbors.Replace(new Neighbor { InterfaceIndex = far, Address = Here, MacAddress = _test.Net.Links.Get(_device).MacAddress });
    }

    public void Dispose()
    {
        _seen.Dispose();
        _object.Dispose();
        _test.Dispose();
        _peer.Dispose();
    }

    [Fact]
    public void AttachTcx_ThenUpdateAndDispose_TrafficFollows()
    {
        Requires.Feature(Features.Tcx);
        using (var link = BpfLink.AttachTcx(_object.Program("pass"), _device, TcDirection.Ingress, _test))
        {
            Ping().ShouldBeTrue();
            _seen[0].ShouldBeGreaterThan(0ul);
            link.Info.ShouldBe(new BpfLinkInfo
            {
                Id = link.Info.Id,
                ProgramId = _object.Program("pass").Info.Id,
                InterfaceIndex = _device,
                AttachType = AttachType.TcxIngress,
            });
            BpfQuery.Links().ShouldContain(link.Info);

            link.Update(_object.Program("drop"));
            Ping().ShouldBeFalse();
            link.Info.ProgramId.ShouldBe(_object.Program("drop").Info.Id);
        }
        Ping().ShouldBeTrue();
        BpfQuery.Tcx(_device, TcDirection.Ingress, _test).ShouldBeEmpty();
    }

    [Fact]
    public void AttachTcx_FirstBeforeOthers_RunsInThatOrder()
    {
        Requires.Feature(Features.Tcx);
        using var second = BpfLink.AttachTcx(_object.Program("drop"), _device, TcDirection.Egress, _test);
        using var first = BpfLink.AttachTcx(_object.Program("pass"), _device, TcDirection.Egress, _test, first: true);
        BpfQuery.Tcx(_device, TcDirection.Egress, _test)
            .ShouldBe([_object.Program("pass").Info.Id, _object.Program("drop").Info.Id]);
        second.Detach();
        BpfQuery.Tcx(_device, TcDirection.Egress, _test).ShouldHaveSingleItem();
    }

    [Fact]
    public void Pin_ProcessLetsGo_StaysAttachedAndIsFound()
    {
        Requires.Feature(Features.Tcx);
        using var pins = new TestPins();
        using (var link = BpfLink.AttachTcx(_object.Program("drop"), _device, TcDirection.Ingress, _test))
        {
            link.Pin(pins.PathOf("links/near"));
        }
        Ping().ShouldBeFalse();
        using (var link = BpfLink.OpenPinned(pins.PathOf("links/near")))
        {
            link.Update(_object.Program("pass"));
            link.Info.InterfaceIndex.ShouldBe(_device);
        }
        Ping().ShouldBeTrue();
        Pins.Remove(pins.PathOf("links/near")).ShouldBeTrue();
        // The kernel lets go of what an unlinked pin held in its own time.
        SpinWait.SpinUntil(() => BpfQuery.Tcx(_device, TcDirection.Ingress, _test).Count == 0, TimeSpan.FromSeconds(30)).ShouldBeTrue();
        BpfLink.TryOpenPinned(pins.PathOf("links/near")).ShouldBeNull();
    }

    [Fact]
    public void TcAttachment_AttachReplaceDetach_TrafficFollows()
    {
        var hook = new TcAttachment(_device, TcDirection.Ingress);
        hook.Find(_test.Net).ShouldBeNull();
        hook.Attach(_test.Net, _object.Program("drop"));
        Ping().ShouldBeFalse();
        hook.Attach(_test.Net, _object.Program("pass"));
        Ping().ShouldBeTrue();
        hook.Find(_test.Net).ShouldBe(_object.Program("pass").Info.Id);
        var listed = _test.Net.Filters.List(_device, TcDirection.Ingress).ShouldHaveSingleItem();
        listed.Name.ShouldBe("pass");
        listed.IsDirectAction.ShouldBeTrue();
        _test.Net.Filters.List(_device, TcDirection.Egress).ShouldBeEmpty();

        hook.Detach(_test.Net).ShouldBeTrue();
        hook.Detach(_test.Net).ShouldBeFalse();
        _test.Net.Qdiscs.EnsureClsact(_device).ShouldBeFalse();
        _test.Net.Qdiscs.DeleteClsact(_device).ShouldBeTrue();
        _test.Net.Qdiscs.DeleteClsact(_device).ShouldBeFalse();
    }

    [Fact]
    public void AttachXdp_Generic_SeesPacketsAndTakesOneProgram()
    {
        using (var link = BpfLink.AttachXdp(_object.Program("xdp_pass"), _device, XdpMode.Generic, _test))
        {
            Ping().ShouldBeTrue();
            _seen[2].ShouldBeGreaterThan(0ul);
            _test.Net.Links.Get(_device).XdpProgramId.ShouldBe(_object.Program("xdp_pass").Info.Id);
            link.Info.AttachType.ShouldBe(AttachType.Xdp);
            Should.Throw<LinuxException>(() => BpfLink.AttachXdp(_object.Program("xdp_pass"), _device, XdpMode.Generic, _test))
                .Errno.ShouldBe(Errno.EBUSY);
        }
        _test.Net.Links.Get(_device).XdpProgramId.ShouldBe(0u);
    }

    [Fact]
    public void AttachCgroup_Connect_AppliesToItsProcessesOnly()
    {
        var group = ControlGroup.Create(_test.Name);
        try
        {
            using var listener = _test.Namespace.Run(() => new TcpListener(IPAddress.Loopback, 4242));
            _test.Namespace.Run(listener.Start);
            using var link = BpfLink.AttachCgroup(_object.Program("refuse"), group, AttachType.CgroupInet4Connect);
            Connects(group).ShouldBeFalse();
            Connects(null).ShouldBeTrue();
            _seen[3].ShouldBe(1ul);
            link.Info.CgroupId.ShouldBe(group.Id);
            link.Info.AttachType.ShouldBe(AttachType.CgroupInet4Connect);
            BpfQuery.Cgroup(group, AttachType.CgroupInet4Connect).ShouldBe([_object.Program("refuse").Info.Id]);

            link.Update(_object.Program("allow"));
            Connects(group).ShouldBeTrue();
        }
        finally
        {
            group.Delete();
        }
    }

    [Fact]
    public void AttachTcx_DeviceAbsent_NamesProgramAndDevice()
    {
        Requires.Feature(Features.Tcx);
        var failure = Should.Throw<LinuxException>(() => BpfLink.AttachTcx(_object.Program("pass"), 4711, TcDirection.Ingress, _test));
        failure.Errno.ShouldBe(Errno.ENODEV);
        failure.Message.ShouldContain("pass → #4711 tcx ingress");
    }

    private bool Ping() => NamespacedProcess.Run(_test, "ping", "-c", "1", "-W", "1", There.ToString()).ExitCode == 0;

    private bool Connects(ControlGroup? group)
    {
        using var process = NamespacedProcess.Start(_test, new ProcessSpec
        {
            FileName = "bash",
            Arguments = ["-c", "exec 3<>/dev/tcp/127.0.0.1/4242"],
            ControlGroup = group,
            OutputFile = "/dev/null",
        });
        process.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        return process.ExitCode == 0;
    }
}
