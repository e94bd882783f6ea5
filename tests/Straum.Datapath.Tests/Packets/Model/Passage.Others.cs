using Straum.Datapath.Abi;

namespace Straum.Datapath.Tests.Packets.Model;

internal sealed partial class Passage
{
    /// <summary>What comes from the network, or out of the tunnel: pods get theirs, and the replies that the node got for them; the rest is the host's.</summary>
    public Expectation Arrive(bool byTunnel)
    {
        if (!IsIp)
        {
            return byTunnel ? Drop(DropReason.UnsupportedL3) : Pass();
        }
        var (sight, fault) = Read();
        var forPod = node.Pods.ContainsKey(sight.Ends.Destination);
        if (!forPod && (fault != DropReason.None || !node.IsNodeAddress(sight.Ends.Destination)))
        {
            return ToStack();
        }
        if (fault != DropReason.None)
        {
            return Drop(fault);
        }
        sight = Track(sight, forPod);
        if (!node.Pods.TryGetValue(sight.Ends.Destination, out var pod) || sight.HopLimit <= 1)
        {
            return ToStack();
        }
        DecrementHopLimit(sight);
        return ToPod(pod);
    }

    /// <summary>What the host's stack sends to a pod.</summary>
    public Expectation PodIn()
    {
        if (!IsIp)
        {
            return Pass();
        }
        var (sight, fault) = Read();
        if (fault != DropReason.None)
        {
            return Drop(fault);
        }
        Track(sight, forPod: true);
        _tally = _tally with { ToPod = 1 };
        return Pass();
    }

    /// <summary>
    /// What leaves by the uplink without having come straight from pod_out. No pod's address leaves the cluster, but in answers to
    /// who knows it already.
    /// </summary>
    public Expectation UplinkOut()
    {
        if (!IsIp || !node.Masquerade)
        {
            return Pass();
        }
        var (sight, fault) = Read();
        if (fault != DropReason.None)
        {
            return Pass();
        }
        if (sight.IsIcmpError)
        {
            TranslateError(sight);
            return Pass();
        }
        return node.Pods.ContainsKey(sight.Ends.Source) && node.IsWorld(sight.Ends.Destination) ? Masquerade(sight) : Pass();
    }

    /// <summary>What the host's stack sends into the tunnel, without a tunnel key.</summary>
    public Expectation OverlayOut()
    {
        if (!IsIp)
        {
            return Drop(DropReason.UnsupportedL3);
        }
        var (sight, fault) = Read();
        if (fault != DropReason.None)
        {
            return Drop(fault);
        }
        if (IsMulticast(sight.Ends.Destination) && IsForRouter(sight))
        {
            return ForRouter();
        }
        if (node.PeerOf(sight.Ends.Destination)?.Tunnel is null)
        {
            return Drop(DropReason.NoRoute);
        }
        _tally = _tally with { ToOverlay = 1 };
        return Pass();
    }

    /// <summary>
    /// A packet for a pod, or for the node on its behalf. Of a translated flow nobody but the responder sends here, and to the wire
    /// side; whatever else has such ends is forged and stays what it is.
    /// </summary>
    private Sight Track(Sight sight, bool forPod)
    {
        if (sight.IsIcmpError)
        {
            return TranslateError(sight).Sight;
        }
        if (!sight.PortsKnown)
        {
            return sight;
        }
        var found = _flows.Find(sight.Ends);
        if (found is var (known, answer) && IsOver(known, answer, sight))
        {
            _flows = _flows.Without(known);
            found = null;
        }
        if (found is not var (half, reply))
        {
            if (forPod)
            {
                EnterPlain(sight.Ends);
            }
            return sight;
        }
        Touch(half, reply, sight);
        return reply && half is { Wire: true, Peer: { } peer } ? Rewrite(sight, peer.Reversed) : sight;
    }

    private Expectation Masquerade(Sight sight)
    {
        if (!sight.PortsKnown)
        {
            return Drop(DropReason.Fragment);
        }
        var (flow, to) = KnownWireOf(ref sight);
        if (flow is Flow.Reply)
        {
            return Pass();
        }
        if (flow is not Flow.Translated)
        {
            if (flow is Flow.Plain)
            {
                _flows = _flows.Without(_flows.Find(sight.Ends)!.Value.Half);
            }
            if (node.NodeAddress(sight.V4) is not { } address)
            {
                return Drop(DropReason.NoNodeAddress);
            }
            if (EnterTranslated(sight, sight.Ends with { Source = Ends.Number(address) }, true, null, 0) is not { } wire)
            {
                return Drop(DropReason.SnatExhausted);
            }
            to = wire;
        }
        Rewrite(sight, to);
        return Pass();
    }

    /// <summary>As <see cref="KnownFlow"/>, for a packet that has passed pod_out before: it does not move to another backend here.</summary>
    private (Flow, Ends) KnownWireOf(ref Sight sight)
    {
        var found = _flows.Find(sight.Ends);
        var taken = found is { Reply: false, Half.Wire: true };
        if (found is null || taken)
        {
            found = _flows.Find(sight.Ends with { Shadow = true }) is { Reply: false } beside ? beside : null;
            sight = sight with { Ends = sight.Ends with { Shadow = taken || found is not null } };
        }
        if (found is not var (half, reply))
        {
            return (Flow.New, sight.Ends);
        }
        if (half.Peer is null && !reply)
        {
            return (Flow.Plain, sight.Ends);
        }
        Touch(half, reply, sight);
        return half.Peer is { } peer ? (Flow.Translated, reply ? peer.Reversed : peer) : (Flow.Reply, sight.Ends);
    }
}
