using Straum.Datapath.Programs;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Programs;

public sealed class AttachmentsTests : IDisposable
{
    private const string Role = "uplink";

    private readonly TestNamespace _test = new();
    private readonly TestPins _pins = new();
    private readonly LoadedDatapath _datapath;
    private readonly Attachments _attachments;
    private readonly int _device;

    public AttachmentsTests()
    {
        Requires.Feature(Features.Tcx);
        _device = _test.Net.Links.CreateVeth("near", "far").Index;
        _datapath = DatapathLoader.Load(new LoaderOptions { ObjectDirectory = BpfObjects.Directory, PinDirectory = _pins.Directory });
        _attachments = new Attachments(_datapath, _test.Net);
    }

    public void Dispose()
    {
        _attachments.Dispose();
        _datapath.Dispose();
        _pins.Dispose();
        _test.Dispose();
    }

    [Fact]
    public void IsAttached_SomeoneDetachedTheProgram_IsFalseUntilAttachedAgain()
    {
        _attachments.IsAttached(Role, _device).ShouldBeFalse();
        Attach();
        _attachments.IsAttached(Role, _device).ShouldBeTrue();

        using (var link = BpfLink.OpenPinned(_datapath.Pins.Link($"{Role}-{_device}-in")))
        {
            link.Detach();
        }
        _attachments.IsAttached(Role, _device).ShouldBeFalse();

        Attach();
        _attachments.IsAttached(Role, _device).ShouldBeTrue();
    }

    [Fact]
    public void IsAttached_DeviceDeleted_IsFalse()
    {
        Attach();
        _test.Net.Links.Delete(_device);
        _attachments.IsAttached(Role, _device).ShouldBeFalse();
    }

    private void Attach() => _test.Namespace.Run(() =>
        _attachments.AttachDevice(Role, _device, _datapath.Programs.UplinkIn, _datapath.Programs.UplinkOut));
}
