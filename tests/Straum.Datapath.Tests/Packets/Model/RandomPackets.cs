using System.Net;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>Random packets of few ends, so that flows meet, and of every kind.</summary>
internal sealed class RandomPackets(Random random, int sequence)
{
    private static readonly byte[] Chain = [Packet.HopByHop, Packet.Routing, Packet.Authentication, Packet.DestinationOptions];

    private static readonly TcpFlags[] Flags =
    [
        TcpFlags.Syn, TcpFlags.Syn, TcpFlags.Syn, TcpFlags.Ack, TcpFlags.Ack, TcpFlags.Fin | TcpFlags.Ack, TcpFlags.Fin | TcpFlags.Ack, TcpFlags.Reset,
        TcpFlags.Reset | TcpFlags.Ack, TcpFlags.Syn | TcpFlags.Ack, TcpFlags.None, TcpFlags.Syn | TcpFlags.Fin,
    ];

    public TcpFlags AnyFlags => Pick(Flags);

    public byte AnyHopLimit => random.Next(12) switch { 0 => 1, 1 => Pick<byte>(0, 2, 255), _ => 64 };

    public int AnySize => random.Next(20) switch { 0 => 1400, 1 => 700, _ => random.Next(40) };

    public T Pick<T>(params T[] all) => all[random.Next(all.Length)];

    public bool Chance(int percent) => random.Next(100) < percent;

    public Packet From(IPAddress source)
    {
        var v4 = source.GetAddressBytes().Length == 4;
        return Any(source, Destination(v4));
    }

    public Packet To(IPAddress destination)
    {
        var v4 = destination.GetAddressBytes().Length == 4;
        IPAddress[] sources = v4 ? [World4, World4, Remote4, Tunnelled4, Peer4, Router4, NarrowWorld4, Node4, Vip4, PodB4] : [World6, World6, Remote6, Tunnelled6, Peer6, Router6, NarrowWorld6, Node6, Vip6, PodB6];
        return Any(Pick(sources), destination);
    }

    /// <summary>A packet of any kind between two addresses.</summary>
    public Packet Any(IPAddress source, IPAddress destination)
    {
        var v4 = source.GetAddressBytes().Length == 4;
        var protocol = random.Next(100) switch
        {
            < 36 => Packet.Tcp,
            < 62 => Packet.Udp,
            < 84 => v4 ? Packet.Icmp : Packet.IcmpV6,
            < 92 => Packet.Sctp,
            < 96 => Packet.Gre,
            < 98 => v4 ? Packet.IcmpV6 : Packet.Icmp,
            _ => (byte)59,
        };
        var packet = new Packet
        {
            Source = source,
            Destination = destination,
            Protocol = protocol,
            Ttl = AnyHopLimit,
            Flags = AnyFlags,
            Payload = Bytes(AnySize),
            SourcePort = Pick<ushort>(40000, 40000, 40001, 50000, 50001),
            DestinationPort = Pick<ushort>(80, 80, 81, 8080, 8081),
            Type = IcmpType(v4),
            EchoId = Pick<ushort>(0, 1, 50000),
            IcmpLow = (ushort)random.Next(0, 4),
            NoChecksum = protocol == Packet.Udp && Chance(5),
            Options = v4 && Chance(12) ? [.. Enumerable.Repeat((byte)1, 4 * random.Next(1, 11))] : [],
            Extensions = v4 || !Chance(15) ? [] : [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Pick(Chain))],
        };
        return Chance(15) ? Part(packet) : packet;
    }

    /// <summary>Some part of a datagram with one of few names.</summary>
    public Packet Part(Packet packet)
    {
        // Names are not used again by the next sequences: the kernel still knows them.
        packet = packet with { FragmentId = (ushort)(sequence * 4 + random.Next(4)) };
        return random.Next(5) switch
        {
            0 when !packet.V4 => packet with { Extensions = [.. packet.Extensions, Packet.FragmentHeader] },
            0 or 1 => packet with { MoreFragments = true },
            2 => packet with { FragmentOffset = 80, MoreFragments = true },
            // Only the first part's next header counts: RFC 8200 4.5.
            _ => packet with { FragmentOffset = 88, NextAfterFragment = Chance(30) ? Packet.DestinationOptions : null },
        };
    }

    /// <summary>Now and then cut short, or with a byte that is not what it should be; never in an address.</summary>
    public (byte[] Frame, bool Broken) Break(Packet packet)
    {
        var frame = packet.ToFrame();
        if (!Chance(6))
        {
            return (frame, false);
        }
        var from = 14 + (packet.V4 ? 20 : 40);
        if (Chance(50))
        {
            // A test run takes nothing that is shorter than its IP header.
            return (frame[..random.Next(from, frame.Length + 1)], true);
        }
        int[] places = packet.V4 ? [14, 14, 20, 21, 22, 23] : [14, 18, 20, 21];
        var at = Chance(50) || frame.Length <= from ? Pick(places) : random.Next(from, Math.Min(frame.Length, from + 30));
        if (at < frame.Length)
        {
            frame[at] ^= (byte)random.Next(1, 256);
        }
        return (frame, true);
    }

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private IPAddress Destination(bool v4)
    {
        if (Chance(45))
        {
            return Pick([.. Worlds.Vips.Where(vip => vip.GetAddressBytes().Length == 4 == v4)]);
        }
        return v4
            ? Pick(PodB4, PodB4, PodA4, NoPod4, Remote4, Remote4, Tunnelled4, TunnelledOver6V4, Lost4, Narrow4, World4, World4, World4, NarrowWorld4, LostWorld4, Direct4, Peer4, Router4, Node4, Worlds.OnLink4, IPAddress.Parse("224.0.0.251"))
            : Pick(PodB6, PodB6, PodA6, NoPod6, Remote6, Remote6, Tunnelled6, TunnelledOver6V6, Lost6, Narrow6, World6, World6, World6, NarrowWorld6, LostWorld6, Direct6, Peer6, Router6, Node6, Worlds.OnLink6, IPAddress.Parse("ff02::fb"));
    }

    private byte IcmpType(bool v4) => Chance(75)
        ? v4 ? Pick<byte>(8, 8, 8, 0) : Pick<byte>(128, 128, 128, 129)
        : v4 ? Pick<byte>(3, 5, 10, 11, 13, 14, 17, 42) : Pick<byte>(1, 3, 133, 134, 137, 139);
}
