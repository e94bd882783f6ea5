using Microsoft.Win32.SafeHandles;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Linux;

/// <summary>That the end-of-run check would notice each kind of object that this library opens.</summary>
public sealed class DescriptorLeaksTests
{
    [Fact]
    public void Classify_EachKindOfObject_IsRecognized()
    {
        using var test = new TestNamespace();
        using var loaded = Objects.Load("attach");
        KindOf(test.Namespace.Handle).ShouldBe("network namespace");
        using (var current = NetworkNamespace.Current())
        {
            KindOf(current.Handle).ShouldBe("network namespace");
        }
        using (var socket = NetlinkSocket.Open(test))
        {
            KindOf(socket.Handle).ShouldBe("netlink socket");
        }
        KindOf(loaded.Map("seen").Handle).ShouldBe("bpf-map");
        KindOf(loaded.Program("pass").Handle).ShouldBe("bpf-prog");
        using (var link = BpfLink.AttachXdp(loaded.Program("xdp_pass"), test.Net.Links.Get("lo").Index, XdpMode.Generic, test))
        {
            KindOf(link.Handle).ShouldBe("bpf_link");
        }
        using var file = File.OpenHandle("/proc/self/status");
        KindOf(file).ShouldBeNull();
    }

    private static string? KindOf(SafeFileHandle handle) =>
        DescriptorLeaks.Classify($"/proc/self/fd/{handle.DangerousGetHandle()}");
}
