using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>Services at the packet: choice of a backend, and tables that name none.</summary>
public sealed class ServiceTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public ServiceTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    [Theory]
    [InlineData(true, Packet.Tcp)]
    [InlineData(false, Packet.Udp)]
    public void EveryBackend_IsChosen(bool v4, byte protocol)
    {
        var backends = Enumerable.Range(1, 5).Select(i => new IPEndPoint(IPAddress.Parse(v4 ? $"10.244.2.{i}" : $"fd44:0:0:2::{i}"), 8000 + i)).ToArray();
        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, protocol, 100, backends);
        var chosen = new HashSet<IPEndPoint>();
        for (ushort i = 0; i < 200; i++)
        {
            var packet = _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6), protocol) with { SourcePort = (ushort)(40000 + i) }).Packet;
            chosen.Add(new IPEndPoint(packet.Destination, packet.DestinationPort));
        }
        chosen.ShouldBe(backends, ignoreOrder: true);
    }

    [Fact]
    public void TwoFirstPacketsOfOneFlowAtOnce_BothGoToTheSameBackend()
    {
        const int flows = 2_000;
        _kernel.AddService(Vip4, 53, Packet.Udp, 100, new IPEndPoint(PodB4, 53));
        _kernel.Checksummed = false; // only the verdicts count here
        var arrived = 0;

        Parallel.Invoke(Resolver, Resolver);

        _kernel.Drops(DropReason.SnatExhausted).ShouldBe(0u);
        _kernel.Flows.ShouldBe(2 * flows);

        void Resolver() => _kernel.InNamespace(() =>
        {
            var query = Packet.Between(PodA4, Vip4, Packet.Udp) with { DestinationPort = 53 };
            for (var i = 0; i < flows; i++)
            {
                var frame = (query with { SourcePort = (ushort)(1024 + i) }).ToFrame();
                Interlocked.Increment(ref arrived);
                while (Volatile.Read(ref arrived) < 2 * (i + 1))
                {
                    Thread.SpinWait(1);
                }
                _kernel.RunHere(_kernel.Datapath.Programs.PodOut, _kernel.PodA, frame);
            }
        });
    }

    [Fact]
    public void OtherPortOrProtocol_IsNoneOfTheService()
    {
        _kernel.AddService(Vip4, 80, Packet.Tcp, 100, new IPEndPoint(PodB4, 8080));
        _kernel.FromPod(Packet.Between(PodA4, Vip4) with { DestinationPort = 81 }).Packet.Destination.ShouldBe(Vip4);
        _kernel.FromPod(Packet.Between(PodA4, Vip4, Packet.Udp)).Packet.Destination.ShouldBe(Vip4);
    }

    [Theory]
    [InlineData(true, Packet.Tcp)]
    [InlineData(false, Packet.Tcp)]
    [InlineData(true, Packet.Udp)]
    [InlineData(false, Packet.Udp)]
    [InlineData(true, Packet.Icmp)]
    [InlineData(false, Packet.IcmpV6)]
    public void PortThatTheServiceDoesNotHave_IsRefused(bool v4, byte protocol)
    {
        var vip = Pick(v4, Vip4, Vip6);
        _kernel.AddService(vip, 80, Packet.Tcp, 100, new IPEndPoint(Pick(v4, PodB4, PodB6), 8080));
        _kernel.Datapath.Tables.ServiceAddresses.TryWrite(Addr.From(vip), 1).ShouldBeTrue();

        _kernel.Checksummed = false;
        var answer = _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), vip, protocol) with { DestinationPort = 81 });
        _kernel.Checksummed = true;

        answer.Verdict.ShouldBe(Verdict.Redirect);
        (answer.Packet.Source, answer.Packet.Protocol).ShouldBe((vip, protocol == Packet.Tcp ? Packet.Tcp : v4 ? Packet.Icmp : Packet.IcmpV6));
        _kernel.Drops(Place.PodOut, DropReason.ServicePort).ShouldBe(1u);
        _kernel.Flows.ShouldBe(0);
        _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), vip)).Packet.Destination.ShouldBe(Pick(v4, PodB4, PodB6));
    }

    [Fact]
    public void LaterFragment_ToAServicesAddress_IsNotAnswered()
    {
        _kernel.Datapath.Tables.ServiceAddresses.TryWrite(Addr.From(Vip4), 1).ShouldBeTrue();
        _kernel.FromPod(Packet.Between(PodA4, Vip4, Packet.Udp) with { FragmentId = 9, FragmentOffset = 64 }).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.Fragment).ShouldBe(1u);
    }

    [Theory]
    [InlineData(0u)]          // backend 0 is never used
    [InlineData(200u)]        // a backend that is gone
    [InlineData(0xffffffffu)] // beyond the table
    public void SlotThatNamesNoBackend_IsRefusedAsAFault(uint backend)
    {
        _kernel.AddService(Vip4, 80, Packet.Tcp, 100, new IPEndPoint(PodB4, 8080));
        _kernel.Datapath.Tables.Slots[100] = backend;
        var answer = _kernel.FromPod(Packet.Between(PodA4, Vip4));
        answer.Packet.Flags.ShouldBe(TcpFlags.Reset | TcpFlags.Ack);
        _kernel.Drops(Place.PodOut, DropReason.ServiceScope).ShouldBe(1u);
        _kernel.Flows.ShouldBe(0);
    }

    [Fact]
    public void RangeBeyondTheTable_IsRefusedAsAFault()
    {
        _kernel.Datapath.Tables.Services.TryWrite(
            new SvcKey { Vip = Addr.From(Vip4), Port = 80, Proto = Packet.Tcp },
            new SvcEntry { Base = 0xfffffff0, Count = 5, Id = 9 });
        _kernel.FromPod(Packet.Between(PodA4, Vip4)).Packet.Flags.ShouldBe(TcpFlags.Reset | TcpFlags.Ack);
        _kernel.Drops(Place.PodOut, DropReason.ServiceScope).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WithoutBackend_Silent_IsDropped(bool v4)
    {
        _kernel.Datapath.Tables.Services.TryWrite(
            new SvcKey { Vip = Addr.From(Pick(v4, Vip4, Vip6)), Port = 80, Proto = Packet.Tcp },
            new SvcEntry { Id = 9, Flags = (uint)SvcFlags.Silent });
        _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6))).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.NoBackend).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WithoutBackend_Syn_IsReset(bool v4)
    {
        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Tcp, 100);
        var syn = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6));
        var answer = _kernel.FromPod(syn);
        answer.Mark.ShouldBe(Outcome.MarkDone);
        answer.Frame.ShouldBe((syn.Reply() with
        {
            Flags = TcpFlags.Reset | TcpFlags.Ack,
            Sequence = 0,
            Acknowledge = syn.Sequence + 1,
            SourceMac = HostMac,
            DestinationMac = PodMac,
        }).ToFrame());
        _kernel.Counted(c => c.Rejected).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WithoutBackend_SegmentOfAnOldConnection_IsResetWhereItStands(bool v4)
    {
        // RFC 9293 3.10.7.1: a segment with an acknowledgement is answered from there; else its receiver would not believe it.
        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Tcp, 100);
        var segment = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6)) with { Flags = TcpFlags.Ack, Sequence = 5000, Acknowledge = 77000 };
        var answer = _kernel.FromPod(segment).Packet;
        (answer.Flags, answer.Sequence).ShouldBe((TcpFlags.Reset, 77000u));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WithoutBackend_ResetsAndErrors_AreNotAnswered(bool v4)
    {
        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Tcp, 100);
        _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6)) with { Flags = TcpFlags.Reset }).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.NoBackend).ShouldBe(1u);
        _kernel.Counted(c => c.Rejected).ShouldBe(0u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WithoutBackend_QuoteThatWouldMissThePorts_IsNotSent(bool v4)
    {
        _kernel.Checksummed = false;
        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Udp, 100);
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6), Packet.Udp) with { Options = v4 ? new byte[4] : [], Extensions = v4 ? [] : [Packet.HopByHop] };
        _kernel.FromPod(sent).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.RejectFailed).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PodsOfManyKinds_AreReachedAsTheirPlaceDemands(bool v4)
    {
        (IPAddress Backend, Verdict Verdict, byte Ttl)[] kinds =
        [
            (Pick(v4, PodB4, PodB6), Verdict.Redirect, 63), (Pick(v4, Remote4, Remote6), Verdict.Redirect, 63),
            (Pick(v4, Tunnelled4, Tunnelled6), Verdict.Redirect, 63), (Pick(v4, TunnelledOver6V4, TunnelledOver6V6), Verdict.Redirect, 63),
            (Pick(v4, Node4, Node6), Verdict.ToStack, 64), (Pick(v4, Peer4, Peer6), Verdict.Redirect, 63),
        ];
        var port = (ushort)41000;
        foreach (var (backend, verdict, ttl) in kinds)
        {
            _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Udp, 100, new IPEndPoint(backend, 8080));
            var outcome = _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6), Packet.Udp) with { SourcePort = port++ });
            outcome.Verdict.ShouldBe(verdict);
            (outcome.Packet.Source, outcome.Packet.Destination, outcome.Packet.DestinationPort, outcome.Packet.Ttl)
                .ShouldBe((Pick(v4, PodA4, PodA6), backend, (ushort)8080, ttl));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BackendOutsideTheCluster_SeesTheNode(bool v4)
    {
        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Tcp, 100, new IPEndPoint(Pick(v4, World4, World6), 8080));
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6));
        var request = _kernel.FromPod(sent).Packet;
        (request.Source, request.Destination, request.DestinationPort).ShouldBe((Pick(v4, Node4, Node6), Pick(v4, World4, World6), (ushort)8080));
        var reply = _kernel.FromNetwork(request.Reply()).Packet;
        (reply.Source, reply.SourcePort, reply.Destination, reply.DestinationPort)
            .ShouldBe((sent.Destination, (ushort)80, sent.Source, (ushort)40000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BackendThatTheStackMustAnswerFor_IsNamedToIt(bool v4)
    {
        // The stack knows no Service: only with the backend's address can it say that there is no way, or that the packet is too large.
        foreach (var (backend, size) in new[] { (Pick(v4, Lost4, Lost6), 10), (Pick(v4, Narrow4, Narrow6), 1400) })
        {
            _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Udp, 100, new IPEndPoint(backend, 8080));
            var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6), Packet.Udp) with { SourcePort = (ushort)(42000 + size), Payload = new byte[size] };

            var outcome = _kernel.FromPod(sent);

            outcome.Verdict.ShouldBe(Verdict.ToStack);
            (outcome.Packet.Source, outcome.Packet.Destination, outcome.Packet.DestinationPort, outcome.Packet.Ttl)
                .ShouldBe((sent.Source, backend, (ushort)8080, (byte)64));

            // And what it says comes back about the Service.
            var error = _kernel.ToPod(outcome.Packet.Error(Pick(v4, Node4, Node6), v4 ? (byte)3 : (byte)2, v4 ? (byte)4 : (byte)0, NarrowMtu)).Packet;
            error.Destination.ShouldBe(sent.Source);
            error.IcmpLow.ShouldBe((ushort)NarrowMtu);
            (error.Quoted.Destination, error.Quoted.DestinationPort).ShouldBe((sent.Destination, (ushort)80));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sctp_KeepsItsPort(bool v4)
    {
        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Sctp, 100, new IPEndPoint(Pick(v4, PodB4, PodB6), 80));
        _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6), Packet.Sctp)).Packet.Destination.ShouldBe(Pick(v4, PodB4, PodB6));

        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Sctp, 100, new IPEndPoint(Pick(v4, PodB4, PodB6), 81));
        _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6), Packet.Sctp) with { SourcePort = 40001 }).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.SctpPort).ShouldBe(1u);
        _kernel.Flows.ShouldBe(2, "what is dropped enters no flow");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Hairpin_ReplyComesBackToItsSender(bool v4)
    {
        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Udp, 100, new IPEndPoint(Pick(v4, PodA4, PodA6), 8080));
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6), Packet.Udp);
        var request = _kernel.FromPod(sent).Packet;
        (request.Source, request.Destination).ShouldBe((Pick(v4, Node4, Node6), sent.Source));
        request.SourcePort.ShouldBeInRange(SnatPortMin, SnatPortMax);

        var reply = _kernel.FromPod(request.Reply());
        reply.Frame.ShouldBe((sent.Reply() with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
    }
}
