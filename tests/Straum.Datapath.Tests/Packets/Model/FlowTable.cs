using System.Collections.Immutable;
using Straum.Datapath.Abi;
using Straum.Datapath.Tables;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>The flows that the node knows, by their initiators' ends. A tuple and its reverse are one entry.</summary>
internal sealed record FlowTable(ImmutableDictionary<Ends, FlowHalf> Halves)
{
    public static FlowTable Empty { get; } = new(ImmutableDictionary<Ends, FlowHalf>.Empty);

    public static FlowTable Read(BpfTable<FlowTuple, CtEntry> kernel) =>
        new(kernel.Read().Select(entry => FlowHalf.From(entry.Key, entry.Value)).ToImmutableDictionary(half => half.Initiator));

    /// <summary>The entry of a packet with these ends, and whether it comes from the responder.</summary>
    public (FlowHalf Half, bool Reply)? Find(Ends ends) =>
        Halves.TryGetValue(ends, out var half) ? (half, false)
        : Halves.TryGetValue(ends.Reversed, out half) ? (half, true)
        : null;

    public FlowTable With(FlowHalf half) => new(Halves.SetItem(half.Initiator, half));

    public FlowTable Without(FlowHalf half) => new(half.Peer is { } peer ? Halves.Remove(half.Initiator).Remove(peer) : Halves.Remove(half.Initiator));

    /// <summary>What the flow has been through, in both of its entries.</summary>
    public CtState StateOf(FlowHalf half) =>
        half.State | (half.Peer is { } peer && Halves.TryGetValue(peer, out var other) ? other.State : CtState.None);

    /// <summary>What the other has and this has not, and the reverse; empty when they are alike.</summary>
    public string Difference(FlowTable other) => string.Join('\n',
    [
        .. Halves.Values.Where(half => !other.Halves.TryGetValue(half.Initiator, out var same) || same != half).Select(half => $"    expected {half}"),
        .. other.Halves.Values.Where(half => !Halves.TryGetValue(half.Initiator, out var same) || same != half).Select(half => $"    found    {half}"),
    ]);
}
