using System.Net;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>A node and what happens to it, both from one number.</summary>
internal sealed record Sequence(NodeState Node, IReadOnlyList<Step> Steps)
{
    public static Sequence Generate(int seed, DatapathFixture kernel)
    {
        var random = new Random(seed);
        var worlds = new Worlds(random, kernel.PodA, kernel.PodB);
        var packets = new RandomPackets(random, seed);
        var node = worlds.Make();
        var steps = Enumerable.Range(0, random.Next(8, 40)).Select(number => MakeStep(number, random, worlds, packets)).ToArray();
        return new Sequence(node, steps);
    }

    private static Step MakeStep(int number, Random random, Worlds worlds, RandomPackets packets)
    {
        if (number > 0 && packets.Chance(40))
        {
            // Mostly of what has just happened.
            var of = packets.Chance(70) ? Math.Max(0, number - random.Next(1, 4)) : random.Next(number);
            return new Follow(number, of, packets.Pick(Manner.Reply, Manner.Reply, Manner.Reply, Manner.Again, Manner.Again, Manner.Straight, Manner.Error, Manner.ByTheStack), random.Next());
        }
        var v4 = packets.Chance(50);
        var podB = packets.Chance(25);
        var pod = podB ? Pick(v4, PodB4, PodB6) : Pick(v4, PodA4, PodA6);
        return random.Next(100) switch
        {
            < 63 => Broken(Hook.PodOut, packets.From(packets.Chance(96) ? pod : Pick(v4, World4, World6))),
            < 75 => Broken(Hook.UplinkIn, packets.To(packets.Chance(70) ? pod : Pick(v4, Node4, Node6))),
            < 79 => Broken(Hook.OverlayIn, packets.To(packets.Chance(90) ? pod : Pick(v4, NoPod4, NoPod6))),
            < 82 => Broken(Hook.PodIn, packets.To(pod)),
            < 86 => Broken(Hook.UplinkOut, packets.From(packets.Chance(80) ? pod : Pick(v4, Node4, Node6))),
            < 88 => Broken(Hook.OverlayOut, packets.From(Pick(v4, Node4, Node6))),
            < 90 => new Send(number, new Input(Hook.PodOut, podB, Question(packets), null)),
            _ => MakeChange(number, random, worlds, packets),
        };

        Send Broken(Hook hook, Packet packet)
        {
            var (frame, broken) = packets.Break(packet);
            return new Send(number, new Input(hook, podB, frame, broken ? null : packet));
        }
    }

    /// <summary>ARP or a neighbour solicitation.</summary>
    private static byte[] Question(RandomPackets packets)
    {
        if (packets.Chance(50))
        {
            byte[] sender = packets.Pick(PodA4, PodA4, PodB4, World4).GetAddressBytes(), target = packets.Pick(Router4, PodA4).GetAddressBytes();
            byte[] arp =
            [
                .. Enumerable.Repeat((byte)0xff, 6), .. PodMac.ToArray(), 8, 6, 0, 1, 8, 0, 6, 4, 0, packets.Pick<byte>(1, 1, 1, 2),
                .. PodMac.ToArray(), .. sender, 0, 0, 0, 0, 0, 0, .. target, .. packets.Bytes(packets.Pick(0, 18)),
            ];
            return packets.Chance(10) ? arp[..41] : arp;
        }
        var solicitation = new Packet
        {
            Source = packets.Pick(PodA6, PodA6, PodB6, World6, IPAddress.IPv6None),
            Destination = packets.Pick(IPAddress.Parse("ff02::1:ff00:1"), PodB6),
            Protocol = Packet.IcmpV6,
            Type = 135,
            Code = packets.Pick<byte>(0, 0, 0, 1),
            Ttl = packets.Pick<byte>(255, 255, 255, 64),
            Payload = [.. IPAddress.Parse("fe80::1").GetAddressBytes(), 1, 1, .. PodMac.ToArray()],
            Extensions = packets.Chance(20) ? [packets.Pick(Packet.HopByHop, Packet.FragmentHeader)] : [],
        };
        return packets.Chance(10) ? solicitation.ToFrame()[..^10] : solicitation.ToFrame();
    }

    private static Change MakeChange(int number, Random random, Worlds worlds, RandomPackets packets)
    {
        var (seed, vip, port, protocol) = (random.Next(), packets.Pick([.. Worlds.Vips]), packets.Pick<ushort>(80, 81), packets.Pick(Packet.Tcp, Packet.Udp));
        return random.Next(10) switch
        {
            0 => new Change(number, "masquerading turned over", node => node with { Masquerade = !node.Masquerade }),
            < 4 => new Change(number, $"Service {vip} {port}/{protocol} made anew", node => Later().WithService(node, vip, port, protocol)),
            < 8 => new Change(number, "a backend gone", node => OfBackend(node, seed, backend => backend with { Usable = false, Generation = backend.Generation + 1 })),
            _ => new Change(number, "a backend's id given to another", node => OfBackend(node, seed, backend => backend with
            {
                Usable = true,
                Generation = backend.Generation + 1,
                End = Later().RandomEnd(backend.End.Address.GetAddressBytes().Length == 4, Packet.Tcp),
            })),
        };

        // The same whenever the step is run.
        Worlds Later() => worlds.Fork(new Random(seed), 1000 + 16 * (uint)number);
    }

    private static NodeState OfBackend(NodeState node, int choice, Func<ModelBackend, ModelBackend> change)
    {
        if (node.Backends.IsEmpty)
        {
            return node;
        }
        var id = node.Backends.Keys.Order().ElementAt(choice % node.Backends.Count);
        return node with { Backends = node.Backends.SetItem(id, change(node.Backends[id])) };
    }
}
