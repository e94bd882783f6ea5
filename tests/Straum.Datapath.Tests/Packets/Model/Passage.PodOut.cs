using System.Buffers.Binary;
using System.Net;
using Straum.Datapath.Abi;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets.Model;

internal sealed partial class Passage
{
    private enum Flow { New, Plain, Reply, Translated }

    /// <summary>What a pod sends by the device.</summary>
    public Expectation PodOut(int device)
    {
        if (EtherType == EtherArp)
        {
            return Arp(device);
        }
        if (!IsIp)
        {
            return Drop(DropReason.UnsupportedL3);
        }

        // :: Step 1: what is it, and may this pod send it?
        var (sight, fault) = Read();
        if (fault != DropReason.None)
        {
            return Drop(fault);
        }
        if (!sight.V4 && sight.IcmpType == 135)
        {
            return Solicitation(device, sight);
        }
        if (IsMulticast(sight.Ends.Destination))
        {
            return IsForRouter(sight) ? ForRouter() : Drop(DropReason.Multicast);
        }
        if (!node.Pods.TryGetValue(sight.Ends.Source, out var self) || self.Device != device)
        {
            return Drop(DropReason.SourceAddress);
        }
        return sight.IsIcmpError ? PodError(sight) : PodPacket(self, sight);
    }

    private Expectation PodPacket(ModelPod self, Sight sight)
    {
        // :: Step 2: a known flow keeps its translation, a Service gets a backend.
        var (flow, to) = sight.PortsKnown ? KnownFlow(ref sight) : (Flow.New, sight.Ends);
        ModelService? service = null;
        var backend = 0u;
        if (flow == Flow.New && node.Services.TryGetValue(new ServiceName(sight.Ends.Destination, sight.Ends.DestinationPort, sight.Ends.Protocol), out service))
        {
            backend = service.Backends.IsEmpty ? 0 : service.Backends[slot % service.Backends.Length];
            if (!node.Backends.TryGetValue(backend, out var chosen) || !chosen.Usable)
            {
                return Refuse(self, sight, service.Backends.IsEmpty ? DropReason.NoBackend : DropReason.ServiceScope, service.Silent);
            }
            if (sight.Ends.Protocol == Packet.Sctp && chosen.End.Port != sight.Ends.DestinationPort)
            {
                return Drop(DropReason.SctpPort);
            }
            to = to with { Destination = Ends.Number(chosen.End.Address), DestinationPort = (ushort)chosen.End.Port };
        }

        // :: Step 3: where to? What the stack must answer goes there untouched; of Services and shadows it sees the wire.
        var target = node.Pods.GetValueOrDefault(to.Destination);
        var world = target is null && node.IsWorld(to.Destination);
        if (sight.HopLimit <= 1)
        {
            return ToStack();
        }
        if (flow == Flow.New && service is null && world && node.IsServiceAddress(to.Destination))
        {
            return Refuse(self, sight, sight.PortsKnown ? DropReason.ServicePort : DropReason.Fragment, silent: false);
        }
        Way way = WayTo(to.Destination, target);
        if (way is Way.Unanswered)
        {
            var told = to.Destination != sight.Ends.Destination || sight.Ends.Shadow;
            if (world || !told || to.Source != sight.Ends.Source)
            {
                return ToStack();
            }
            way = new Way.Stack();
        }

        // :: Step 4: a new flow is entered, with the node's address if it leaves the cluster or comes back to its sender.
        if (flow is Flow.New or Flow.Plain)
        {
            var asNode = target?.Device == self.Device || (node.Masquerade && world);
            if (asNode)
            {
                if (node.NodeAddress(sight.V4) is not { } address)
                {
                    return Drop(DropReason.NoNodeAddress);
                }
                to = to with { Source = Ends.Number(address) };
            }
            if (asNode || sight.Ends.Shadow || service is not null)
            {
                if (!sight.PortsKnown)
                {
                    return Drop(DropReason.Fragment);
                }
                if (flow == Flow.Plain)
                {
                    _flows = _flows.Without(_flows.Find(sight.Ends)!.Value.Half);
                }
                if (EnterTranslated(sight, to, asNode || sight.Ends.Shadow, service, backend) is not { } wire)
                {
                    return Drop(DropReason.SnatExhausted);
                }
                to = wire;
            }
            else if (flow == Flow.New && sight.PortsKnown)
            {
                EnterPlain(sight.Ends);
            }
        }

        // :: Step 5: off it goes.
        return Forward(sight, to, way, target);
    }

    /// <summary>
    /// The flow that a pod's own packet belongs to, and the packet's ends beyond its translation. What has the ends of another
    /// flow's wire side is that flow's shadow.
    /// </summary>
    private (Flow, Ends) KnownFlow(ref Sight sight)
    {
        var found = _flows.Find(sight.Ends);
        var taken = found is { Reply: false, Half.Wire: true };
        if (found is null || taken)
        {
            var shadow = sight.Ends with { Shadow = true };
            found = _flows.Find(shadow) is { Reply: false } beside ? beside : null;
            sight = sight with { Ends = sight.Ends with { Shadow = taken || found is not null } };
        }
        if (found is not var (half, reply))
        {
            return (Flow.New, sight.Ends);
        }

        // Datagrams, and a SYN that nobody answered, move on when their backend is gone; a connection ends by itself.
        var movable = half.Backend != 0 && !reply && (sight.Ends.Protocol == Packet.Udp || sight.Opens);
        var gone = movable && !(node.Backends.TryGetValue(half.Backend, out var backend) && backend.Usable && backend.Generation == half.Generation);
        if (gone || IsOver(half, reply, sight))
        {
            _flows = _flows.Without(half);
            return (Flow.New, sight.Ends);
        }
        Touch(half, reply, sight);
        return half.Peer is { } peer ? (Flow.Translated, reply ? peer.Reversed : peer)
            : (reply ? Flow.Reply : Flow.Plain, sight.Ends);
    }

    private Expectation PodError(Sight sight)
    {
        (sight, var known) = TranslateError(sight);
        var target = node.Pods.GetValueOrDefault(sight.Ends.Destination);
        if (target is null && node.IsWorld(sight.Ends.Destination) && !known)
        {
            return Drop(DropReason.IcmpUnknownFlow);
        }
        var way = WayTo(sight.Ends.Destination, target);
        return sight.HopLimit <= 1 || way is Way.Unanswered ? ToStack() : Forward(sight, sight.Ends, way, target);
    }

    // :: Ways

    private abstract record Way
    {
        public sealed record Pod : Way;

        public sealed record Tunnel : Way;

        public sealed record Stack : Way;

        public sealed record Network(Hop Hop) : Way;

        /// <summary>The routing table does not simply forward.</summary>
        public sealed record Unanswered : Way;
    }

    private Way WayTo(UInt128 destination, ModelPod? target) => target is not null ? new Way.Pod()
        : node.PeerOf(destination) is { Kind: not PeerKind.World } peer && (peer.Kind == PeerKind.LocalNode || peer.Tunnel is not null)
            ? peer.Kind == PeerKind.LocalNode ? new Way.Stack() : new Way.Tunnel()
        : RouteTable.Find(destination, frame.Length) is { } hop ? new Way.Network(hop)
        : new Way.Unanswered();

    private Expectation Forward(Sight sight, Ends to, Way way, ModelPod? target)
    {
        if (!to.Matches(sight.Ends))
        {
            sight = Rewrite(sight, to);
        }
        if (way is Way.Stack)
        {
            return ToStack();
        }
        DecrementHopLimit(sight);
        switch (way)
        {
            case Way.Pod:
                return ToPod(target!);
            case Way.Tunnel:
                _tally = _tally with { ToOverlay = 1 };
                return Finish(Verdict.Redirect);
            case Way.Network { Hop.Mac: { } mac }:
                _frame.SetMacs(mac, Topology.HostMac);
                break;
        }
        _tally = _tally with { ToNetwork = 1 };
        _mark = Outcome.MarkDone;
        return Finish(Verdict.Redirect);
    }

    // :: Answers

    /// <summary>At once, as a closed port would: RFC 9293 3.5.2, RFC 792, RFC 4443 3.1. Errors, resets and parts get none.</summary>
    private Expectation Refuse(ModelPod self, Sight sight, DropReason cause, bool silent)
    {
        if (silent || sight.IsLaterFragment || sight.Reset)
        {
            return Drop(cause);
        }
        var (vip, pod) = (Ends.Address(sight.Ends.Destination), Ends.Address(sight.Ends.Source));
        var header = sight.V4 ? 20 : 40;
        var answer = new Packet { Source = vip, Destination = pod, SourceMac = self.HostMac, DestinationMac = self.Mac, Protocol = sight.Ends.Protocol };
        if (sight.Ends.Protocol == Packet.Tcp)
        {
            answer = Reset(answer with { SourcePort = sight.Ends.DestinationPort, DestinationPort = sight.Ends.SourcePort }, sight);
        }
        else if (sight.L4 == sight.L3 + header && frame.Length < 14 + header + 8)
        {
            return Drop(cause, DropReason.Truncated);
        }
        else if (sight.L4 == sight.L3 + header)
        {
            answer = answer with
            {
                Protocol = sight.V4 ? Packet.Icmp : Packet.IcmpV6,
                Type = sight.V4 ? (byte)3 : (byte)1,
                Code = sight.V4 ? (byte)3 : (byte)4,
                Payload = frame[14..(14 + header + 8)],
            };
        }
        else
        {
            return Drop(cause, DropReason.RejectFailed);
        }
        _mark = Outcome.MarkDone;
        _tally = _tally with { Rejected = 1 };
        return Finish(Verdict.Redirect) with { Frame = new Frame(answer.ToFrame()), Reasons = [cause] };
    }

    /// <summary>RFC 9293 3.10.7.1.</summary>
    private Packet Reset(Packet answer, Sight sight)
    {
        var (sequence, acknowledge, flags) = (Word(sight.L4 + 4), Word(sight.L4 + 8), (TcpFlags)frame[sight.L4 + 13]);
        return flags.HasFlag(TcpFlags.Ack)
            ? answer with { Flags = TcpFlags.Reset, Sequence = acknowledge }
            : answer with { Flags = TcpFlags.Reset | TcpFlags.Ack, Sequence = 0, Acknowledge = sequence + 1 };

        uint Word(int at) => BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(at));
    }

    /// <summary>Everything is behind the gateway: a solicitation of a pod (RFC 4861) is answered with its veth's MAC, a fragmented one not (RFC 6980).</summary>
    private Expectation Solicitation(int device, Sight sight)
    {
        if (frame.Length < sight.L4 + 24)
        {
            return Drop(DropReason.Truncated);
        }
        if (sight.L4 != sight.L3 + 40 || sight.HopLimit != 255 || frame[sight.L4 + 1] != 0
            || !node.Pods.TryGetValue(sight.Ends.Source, out var pod) || pod.Device != device)
        {
            return Drop(DropReason.Neighbour);
        }
        var target = frame[(sight.L4 + 8)..(sight.L4 + 24)];
        var answer = new Packet
        {
            Source = new IPAddress(target),
            Destination = Ends.Address(sight.Ends.Source),
            Protocol = Packet.IcmpV6,
            Type = 136,
            Ttl = 255,
            EchoId = 0x6000,
            Payload = [.. target, 2, 1, .. pod.HostMac.ToArray()],
            SourceMac = pod.HostMac,
            DestinationMac = new MacAddress(frame.AsSpan(6, 6)),
        };
        return AnswerNeighbour(answer.ToFrame());
    }

    /// <summary>RFC 826.</summary>
    private Expectation Arp(int device)
    {
        if (frame.Length < 42)
        {
            return Drop(DropReason.Truncated);
        }
        var (sender, target) = (frame[28..32], frame[38..42]);
        if (!frame.AsSpan(14, 4).SequenceEqual<byte>([0, 1, 8, 0]) || frame[20] != 0 || frame[21] != 1 || sender.AsSpan().SequenceEqual(target))
        {
            return Drop(DropReason.Neighbour);
        }
        if (!node.Pods.TryGetValue(Ends.Number(new IPAddress(sender)), out var pod) || pod.Device != device)
        {
            return Drop(DropReason.SourceAddress);
        }
        byte[] asker = frame[22..28], mac = pod.HostMac.ToArray();
        return AnswerNeighbour([.. asker, .. mac, .. frame[12..20], 0, 2, .. mac, .. target, .. asker, .. sender, .. frame[42..]]);
    }

    // Who is in a group (IGMP, MLD), and whether there is a router: a pod's link has none that would listen.
    private static bool IsForRouter(Sight sight) => sight.V4 ? sight.Ends.Protocol == Packet.Igmp : sight.IcmpType is >= 130 and <= 133 or 143;

    private Expectation ForRouter()
    {
        _tally = _tally with { ForRouters = 1 };
        return Drop();
    }

    private Expectation AnswerNeighbour(byte[] answer)
    {
        _mark = Outcome.MarkDone;
        _tally = _tally with { NeighbourReplies = 1 };
        return Finish(Verdict.Redirect) with { Frame = new Frame(answer) };
    }
}
