using System.Collections.Immutable;
using System.Net;
using Straum.Datapath.Abi;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>A pod of the node under test.</summary>
internal sealed record ModelPod(int Device, MacAddress Mac, MacAddress HostMac);

/// <summary>What a prefix outside this node's pods belongs to.</summary>
internal sealed record ModelPeer(IPNetwork Prefix, PeerKind Kind, IPAddress? Tunnel);

/// <summary>A Service's entry; its backends by their ids, of which some may be gone.</summary>
internal sealed record ModelService(uint Id, ImmutableArray<uint> Backends, bool Silent = false);

internal sealed record ModelBackend(IPEndPoint End, uint Generation, bool Usable = true);

/// <summary>Who a packet for a Service is for.</summary>
internal readonly record struct ServiceName(UInt128 Address, ushort Port, byte Protocol);

/// <summary>Everything that a node's answer to a packet depends on.</summary>
internal sealed record NodeState
{
    public required ImmutableDictionary<UInt128, ModelPod> Pods { get; init; }
    public required ImmutableArray<ModelPeer> Peers { get; init; }
    public ImmutableDictionary<ServiceName, ModelService> Services { get; init; } = ImmutableDictionary<ServiceName, ModelService>.Empty;
    public ImmutableDictionary<uint, ModelBackend> Backends { get; init; } = ImmutableDictionary<uint, ModelBackend>.Empty;
    public IPAddress? Node4 { get; init; }
    public IPAddress? Node6 { get; init; }
    public bool Masquerade { get; init; } = true;
    public ushort PortMin { get; init; }
    public ushort PortMax { get; init; }
    public FlowTable Flows { get; init; } = FlowTable.Empty;
    public ImmutableDictionary<DatagramName, DatagramStart> Starts { get; init; } = ImmutableDictionary<DatagramName, DatagramStart>.Empty;

    public IPAddress? NodeAddress(bool v4) => v4 ? Node4 : Node6;

    public bool IsNodeAddress(UInt128 address) =>
        (Node4 is { } four && Ends.Number(four) == address) || (Node6 is { } six && Ends.Number(six) == address);

    public bool IsServiceAddress(UInt128 address) => Services.Keys.Any(name => name.Address == address);

    /// <summary>Of the longest prefix that holds the address; null: outside the cluster.</summary>
    public ModelPeer? PeerOf(UInt128 address)
    {
        var ip = Ends.Address(address);
        return Peers.Where(peer => peer.Prefix.Contains(ip)).MaxBy(peer => peer.Prefix.PrefixLength);
    }

    /// <summary>Whether masquerading applies on the way there.</summary>
    public bool IsWorld(UInt128 address) => PeerOf(address) is null or { Kind: PeerKind.World };
}
