using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Straum.Datapath.Abi;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>Who talks to whom: the sender, or the flow's initiator, first. Addresses are 128 bits, IPv4 mapped.</summary>
internal readonly record struct Ends(UInt128 Source, UInt128 Destination, ushort SourcePort, ushort DestinationPort, byte Protocol, bool Shadow = false)
{
    public Ends Reversed => this with { Source = Destination, Destination = Source, SourcePort = DestinationPort, DestinationPort = SourcePort };

    public static Ends From(in FlowTuple tuple) =>
        new(Number(tuple.Src), Number(tuple.Dst), tuple.Sport, tuple.Dport, tuple.Proto, tuple.Shadow != 0);

    public static UInt128 Number(IPAddress address) => Number(Addr.From(address));

    public static UInt128 Number(in Addr address) =>
        BinaryPrimitives.ReadUInt128BigEndian(MemoryMarshal.AsBytes(new ReadOnlySpan<Addr>(in address)));

    public static IPAddress Address(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>The same ends on the wire, whichever flow they belong to.</summary>
    public bool Matches(Ends other) => this with { Shadow = false } == other with { Shadow = false };

    public override string ToString() =>
        $"{Protocol}: {Address(Source)} {SourcePort} > {Address(Destination)} {DestinationPort}{(Shadow ? " (shadow)" : "")}";
}
