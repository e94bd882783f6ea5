using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>ICMP that asks, whose identifier stands for its ports (RFC 5508), and ICMP that has none.</summary>
public sealed class IcmpQueryTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public IcmpQueryTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    [Theory]
    [InlineData(8, 0)]   // echo
    [InlineData(13, 14)] // timestamp
    [InlineData(15, 16)] // information
    [InlineData(17, 18)] // address mask
    public void Query_ToTheWorldAndBack_KeepsItsIdentifier(byte question, byte answer)
    {
        foreach (ushort id in new ushort[] { 77, 0 })
        {
            var sent = Packet.Between(PodA4, World4, Packet.Icmp) with { Type = question, EchoId = id };
            var outgoing = _kernel.FromPod(sent).Packet;
            outgoing.Source.ShouldBe(Node4);
            outgoing.EchoId.ShouldBeInRange(SnatPortMin, SnatPortMax);

            var reply = _kernel.FromNetwork(outgoing.Reply() with { Type = answer }).Packet;
            (reply.Destination, reply.EchoId).ShouldBe((PodA4, id));
        }
    }

    // The one message to which a checksum of zero is wrong, and the only one that an update in place cannot tell (RFC 1624 5).
    [Fact]
    public void ReplyOfNothingButZeros_HasARightChecksum()
    {
        var sent = Packet.Between(PodA4, World4, Packet.Icmp) with { EchoId = 0, Payload = new byte[8] };
        var reply = _kernel.FromNetwork(_kernel.FromPod(sent).Packet.Reply());
        reply.Frame.AsSpan(34, 8).ToArray().ShouldBe([0, 0, 0xff, 0xff, 0, 0, 0, 0]);
    }

    [Theory]
    [InlineData(true, 10)]   // router solicitation
    [InlineData(true, 5)]    // redirect
    [InlineData(true, 42)]   // extended echo, whose fields lie elsewhere (RFC 8335)
    [InlineData(false, 133)] // router solicitation
    [InlineData(false, 137)] // redirect
    [InlineData(false, 139)] // node information, which has a nonce
    public void NoQuery_BesideAPingWithIdentifierZero_KeepsItsBytes(bool v4, byte type)
    {
        var ping = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), v4 ? Packet.Icmp : Packet.IcmpV6) with { EchoId = 0 };
        var identifier = _kernel.FromPod(ping).Packet.EchoId;
        identifier.ShouldBeInRange(SnatPortMin, SnatPortMax);

        var other = ping with { Type = type, EchoId = 0x1234, IcmpLow = 0x5678 };
        var outgoing = _kernel.FromPod(other);
        outgoing.Frame.ShouldBe((other with { Source = Pick(v4, Node4, Node6), Ttl = 63, SourceMac = outgoing.Packet.SourceMac, DestinationMac = RouterMac }).ToFrame());

        // And the ping's answer is still the ping's.
        _kernel.FromNetwork((ping with { Source = Pick(v4, Node4, Node6), EchoId = identifier }).Reply()).Packet.EchoId.ShouldBe((ushort)0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LaterFragmentThatBeginsAFlow_TakesAnIdentifierOfTheNode(bool v4)
    {
        // The first part goes up for its hop limit, and enters no flow; its brother comes with more.
        var first = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), v4 ? Packet.Icmp : Packet.IcmpV6) with
        {
            FragmentId = 9,
            MoreFragments = true,
            Payload = new byte[64],
        };
        _kernel.FromPod(first with { Ttl = 1 }).Verdict.ShouldBe(Verdict.ToStack);
        _kernel.FromPod(first with { Ttl = 64, FragmentOffset = 72, MoreFragments = false, Payload = new byte[8] }).Packet.Source.ShouldBe(Pick(v4, Node4, Node6));

        var outgoing = _kernel.FromPod(first with { FragmentId = 0, MoreFragments = false }).Packet;

        outgoing.EchoId.ShouldBeInRange(SnatPortMin, SnatPortMax);
        _kernel.Flows.ShouldBe(2);
    }
}
