using Straum.Datapath.Abi;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>A program that a packet can be given to.</summary>
internal enum Hook { PodOut, PodIn, UplinkIn, UplinkOut, OverlayIn, OverlayOut }

/// <summary>A packet that is about to be given to a program.</summary>
/// <param name="Hook">The program.</param>
/// <param name="PodB">At pod B's device instead of pod A's.</param>
/// <param name="Frame">The packet.</param>
/// <param name="Packet">What the frame was built from, if nothing was broken afterwards.</param>
internal sealed record Input(Hook Hook, bool PodB, byte[] Frame, Packet? Packet)
{
    /// <summary>Its checksums are right, and must be so afterwards: of the other family's ICMP nobody keeps them.</summary>
    public bool IsTrue => Packet is { } packet && packet.Protocol != (packet.V4 ? Packets.Packet.IcmpV6 : Packets.Packet.Icmp);
}

/// <summary>What was given to a program, and what came out.</summary>
internal sealed record Event(Input Input, Outcome Outcome);

/// <summary>
/// One step of a sequence. A step that follows an earlier one by its number does nothing when that one is not there any more, so
/// that sequences can be shortened.
/// </summary>
internal abstract record Step(int Number);

/// <summary>A packet of its own.</summary>
internal sealed record Send(int Number, Input Input) : Step(Number);

internal enum Manner { Reply, Error, Again, Straight, ByTheStack }

/// <summary>A packet that an earlier one brings about. <paramref name="Seed"/> decides its details.</summary>
internal sealed record Follow(int Number, int Of, Manner Manner, int Seed) : Step(Number);

/// <summary>The agent changes what the node knows.</summary>
internal sealed record Change(int Number, string What, Func<NodeState, NodeState> To) : Step(Number);
