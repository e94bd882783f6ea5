using Straum.Datapath.Abi;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>Frames cut off anywhere: a drop or a pass, and never a complaint of the kernel's.</summary>
public sealed class RuntTests : IClassFixture<DatapathFixture>
{
    private const int EthernetHeader = 14;
    private readonly DatapathFixture _kernel;

    public RuntTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public static TheoryData<string> ProgramNames => ["pod_out", "pod_in", "uplink_in", "uplink_out", "overlay_in", "overlay_out"];

    [Theory, MemberData(nameof(ProgramNames))]
    public void EveryLength_OfEveryKind_IsDroppedOrPassed(string name)
    {
        var programs = _kernel.Datapath.Programs;
        BpfProgram program = new[] { programs.PodOut, programs.PodIn, programs.UplinkIn, programs.UplinkOut, programs.OverlayIn, programs.OverlayOut }
            .Single(p => p.Name == name);
        var device = name.StartsWith("pod", StringComparison.Ordinal) ? _kernel.PodA : name.StartsWith("up", StringComparison.Ordinal) ? _kernel.Uplink : _kernel.Overlay;
        _kernel.AddService(Vip4, 80, Packet.Udp, 100);
        _kernel.Checksummed = false;

        _kernel.InNamespace(() =>
        {
            foreach (var frame in Kinds(name))
            {
                // A test run takes no frame shorter than its IP header; those go by the wire, below.
                var least = EthernetHeader + (frame[12], frame[13]) switch { (8, 0) => 20, (0x86, 0xdd) => 40, _ => 1 };
                for (var length = least; length <= frame.Length; length++)
                {
                    _kernel.RunHere(program, device, frame[..length]).Verdict.ShouldBeOneOf(Verdict.Drop, Verdict.ToStack, Verdict.Redirect);
                }
            }
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ShorterThanItsIpHeader_OnTheWire_IsDroppedAndCounted(bool v4)
    {
        using var link = BpfLink.AttachTcx(_kernel.Datapath.Programs.PodOut, _kernel.PodA, TcDirection.Ingress, _kernel.Namespace);
        using var wire = FrameSocket.Open(_kernel.Namespace, _kernel.InsidePodA);
        var frame = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6)).ToFrame();
        var sent = 0u;
        // The kernel sends nothing that has not a byte behind its Ethernet header.
        for (var length = EthernetHeader + 1; length < EthernetHeader + (v4 ? 20 : 40); length++)
        {
            wire.Send(frame[..length]);
            sent++;
        }
        SpinWait.SpinUntil(() => _kernel.Drops(DropReason.Truncated) >= sent, TimeSpan.FromSeconds(5));
        _kernel.Drops(Place.PodOut, DropReason.Truncated).ShouldBe(sent);
    }

    private static IEnumerable<byte[]> Kinds(string program)
    {
        foreach (var v4 in new[] { true, false })
        {
            var (self, world) = (Pick(v4, PodA4, PodA6), Pick(v4, World4, World6));
            var (source, destination) = program is "pod_out" or "uplink_out" ? (self, world) : (world, self);
            foreach (var protocol in new[] { Packet.Tcp, Packet.Udp, Packet.Sctp, Packet.Gre, v4 ? Packet.Icmp : Packet.IcmpV6 })
            {
                var packet = Packet.Between(source, destination, protocol);
                yield return packet.ToFrame();
                yield return (packet with { Options = v4 ? new byte[20] : [], Extensions = v4 ? [] : [0, 43, 44, 51, 60] }).ToFrame();
                yield return (packet with { FragmentId = 1, MoreFragments = true }).ToFrame();
                yield return packet.Reply().Error(source, v4 ? (byte)3 : (byte)1, 1).ToFrame();
            }
            yield return Packet.Between(self, Pick(v4, Vip4, Vip6), Packet.Udp).ToFrame();
        }
        yield return (Packet.Between(PodA6, World6, Packet.IcmpV6) with { Type = 135, Ttl = 255, Payload = new byte[24] }).ToFrame();
        yield return [.. PodMac.ToArray(), .. HostMac.ToArray(), 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, .. PodMac.ToArray(), .. PodA4.GetAddressBytes(), .. new byte[6], 169, 254, 1, 1];
    }
}
