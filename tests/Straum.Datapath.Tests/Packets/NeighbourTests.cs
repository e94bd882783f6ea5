using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>ARP and neighbour solicitations of a pod: everything is behind its gateway.</summary>
public sealed class NeighbourTests : IClassFixture<DatapathFixture>
{
    private static readonly IPAddress Gateway = IPAddress.Parse("fe80::1");

    private readonly DatapathFixture _kernel;

    public NeighbourTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    private static Packet Solicitation => new()
    {
        Source = PodA6,
        Destination = IPAddress.Parse("ff02::1:ff00:1"),
        Protocol = Packet.IcmpV6,
        Type = 135,
        Ttl = 255,
        Payload = [.. Gateway.GetAddressBytes(), 1, 1, .. PodMac.ToArray()],
    };

    [Fact]
    public void Arp_ForAnyAddress_IsAnsweredWithTheVethsMac()
    {
        byte[] request =
        [
            .. new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, .. PodMac.ToArray(), 8, 6,
            0, 1, 8, 0, 6, 4, 0, 1, .. PodMac.ToArray(), .. PodA4.GetAddressBytes(), 0, 0, 0, 0, 0, 0, 169, 254, 1, 1,
        ];
        var answer = _kernel.Run(_kernel.Datapath.Programs.PodOut, _kernel.PodA, request);

        answer.Verdict.ShouldBe(Verdict.Redirect);
        answer.Frame[..6].ShouldBe(PodMac.ToArray());
        answer.Frame[20..22].ShouldBe([0, 2]);
        answer.Frame[22..28].ShouldBe(HostMac.ToArray());
        answer.Frame[28..32].ShouldBe([169, 254, 1, 1]);
        answer.Frame[38..42].ShouldBe(PodA4.GetAddressBytes());
    }

    [Fact]
    public void Solicitation_IsAnsweredWithTheVethsMac()
    {
        var answer = _kernel.FromPod(Solicitation).Packet;

        answer.Type.ShouldBe((byte)136);
        answer.Source.ShouldBe(Gateway);
        answer.Destination.ShouldBe(PodA6);
        answer.Ttl.ShouldBe((byte)255);
        answer.Payload.ShouldBe([.. Gateway.GetAddressBytes(), 2, 1, .. HostMac.ToArray()]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Solicitation_BehindAFragmentHeader_IsNotAnswered(bool whole)
    {
        // RFC 6980 5: also when it is all there.
        var sent = Solicitation with { Extensions = [Packet.FragmentHeader], FragmentId = 5, MoreFragments = !whole };
        _kernel.FromPod(sent).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.Neighbour).ShouldBe(1u);
        _kernel.Counted(c => c.NeighbourReplies).ShouldBe(0u);
    }

    [Theory]
    [InlineData(64, 0)]
    [InlineData(255, 1)]
    public void Solicitation_ThatMayComeFromElsewhere_IsNotAnswered(byte hopLimit, byte code)
    {
        // RFC 4861 7.1.1.
        _kernel.FromPod(Solicitation with { Ttl = hopLimit, Code = code }).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.Neighbour).ShouldBe(1u);
    }
}
