using System.Net;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>The packets that others bring about: replies, errors, repetitions, and what the host's stack makes of a packet.</summary>
internal static class Following
{
    /// <summary>Null when that packet brings about nothing of the kind.</summary>
    public static Input? Make(Event past, Follow step)
    {
        var random = new Random(step.Seed);
        var packets = new RandomPackets(random, 0);
        if (past.Input.Packet is not { } sent)
        {
            return null;
        }
        if (step.Manner == Manner.Again)
        {
            var again = packets.Pick(sent with { Flags = packets.AnyFlags }, sent with { Ttl = 64, Payload = packets.Bytes(packets.AnySize) },
                sent with { MoreFragments = false, FragmentOffset = 0 }, sent with { FragmentOffset = sent.IsFragment ? 96 : 0, MoreFragments = false });
            return Given(past.Input.Hook, past.Input.PodB, again);
        }
        if (past.Outcome.Verdict == Verdict.Drop || sent.IsFragment || !past.Input.IsTrue)
        {
            return null;
        }
        var arrived = Packet.FromFrame(past.Outcome.Frame);
        var (hook, podB) = ReceiverOf(past);
        return step.Manner switch
        {
            // To the backend itself, from the port that the Service's flow has.
            Manner.Straight => past.Input.Hook != Hook.PodOut ? null
                : Given(Hook.PodOut, past.Input.PodB, sent with { Destination = arrived.Destination, DestinationPort = arrived.DestinationPort, Flags = packets.AnyFlags, Ttl = 64 }),
            Manner.ByTheStack => past is { Outcome.Verdict: Verdict.ToStack, Input.Hook: Hook.PodOut } ? ByTheStack(arrived) : null,
            Manner.Reply => Given(hook, podB, arrived.Reply() with { Flags = packets.AnyFlags, Ttl = packets.AnyHopLimit, Payload = packets.Bytes(packets.AnySize) }),
            _ => Given(packets.Chance(90) ? hook : packets.Pick(Hook.PodOut, Hook.PodIn, Hook.UplinkIn, Hook.UplinkOut), podB, Error(arrived, sent, packets)),
        };
    }

    private static Packet Error(Packet arrived, Packet sent, RandomPackets packets)
    {
        var about = packets.Chance(85) ? arrived : sent;
        var v4 = about.V4;
        var from = packets.Pick(about.Destination, about.Destination, Pick(v4, Router4, Router6), Pick(v4, Node4, Node6));
        var length = about.ToBytes().Length;
        var quote = packets.Pick(length, length, (v4 ? 28 : 48) + about.Options.Length, 20, 0);
        return about.Error(from, v4 ? packets.Pick<byte>(3, 11, 12) : packets.Pick<byte>(1, 2, 3, 4), packets.Pick<byte>(0, 1, 4), 1300, Math.Min(quote, length))
            with
        { Ttl = packets.AnyHopLimit };
    }

    /// <summary>Who got it, and by which hook an answer comes.</summary>
    private static (Hook Hook, bool PodB) ReceiverOf(Event past)
    {
        var mac = past.Outcome.Frame.AsSpan(0, 6);
        if (past.Input.Hook == Hook.PodIn)
        {
            return (Hook.PodOut, past.Input.PodB);
        }
        if (past.Outcome.Verdict == Verdict.ToStack)
        {
            return past.Input.Hook is Hook.UplinkOut ? (Hook.UplinkIn, false) : past.Input.Hook is Hook.OverlayOut ? (Hook.OverlayIn, false)
                : past.Input.Hook is Hook.PodOut ? (Hook.PodIn, past.Input.PodB) : (Hook.UplinkOut, false);
        }
        return mac.SequenceEqual(PodMac.ToArray()) ? (Hook.PodOut, false)
            : mac.SequenceEqual(Worlds.PodBMac.ToArray()) ? (Hook.PodOut, true)
            : (Hook.UplinkIn, false);
    }

    /// <summary>The stack forwards what it was handed.</summary>
    private static Input? ByTheStack(Packet packet)
    {
        var (toA, toB) = (packet.Destination.Equals(PodA4) || packet.Destination.Equals(PodA6), packet.Destination.Equals(PodB4) || packet.Destination.Equals(PodB6));
        return packet.Ttl <= 1 ? null : Given(toA || toB ? Hook.PodIn : Hook.UplinkOut, toB, packet with { Ttl = (byte)(packet.Ttl - 1) });
    }

    private static Input Given(Hook hook, bool podB, Packet packet) => new(hook, podB, packet.ToFrame(), packet);
}
