using Straum.Datapath.Abi;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>An entry of the flow table: a plain flow, or one side of a translated one (bpf/abi/conntrack.h).</summary>
internal sealed record FlowHalf(Ends Initiator, Ends? Peer = null, bool Wire = false, uint Service = 0, uint Backend = 0, uint Generation = 0, CtState State = CtState.None)
{
    public static FlowHalf From(in FlowTuple key, in CtEntry entry)
    {
        var flags = (CtFlags)entry.Flags;
        var canonical = Ends.From(key);
        return new FlowHalf(
            flags.HasFlag(CtFlags.InitiatorIsDst) ? canonical.Reversed : canonical,
            flags.HasFlag(CtFlags.Translated) ? Ends.From(entry.Peer) : null,
            flags.HasFlag(CtFlags.Wire), entry.Service, entry.Backend, entry.BackendGeneration, (CtState)entry.State);
    }

    public override string ToString() =>
        $"[{Initiator}{(Peer is { } peer ? $" {(Wire ? "<=" : "=>")} {peer}" : "")}{(Backend == 0 ? "" : $" backend {Backend}.{Generation}")} {State}]";
}
