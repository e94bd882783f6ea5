using System.Collections.Immutable;
using Straum.Datapath.Abi;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>What a program must do with a packet, and what the node must know afterwards.</summary>
internal sealed record Expectation
{
    public required Verdict Verdict { get; init; }

    /// <summary>As it goes on; null when it is dropped.</summary>
    public Frame? Frame { get; init; }

    public uint Mark { get; init; }

    /// <summary>Counted once each: a drop's reason, and the cause of a refusal.</summary>
    public ImmutableArray<DropReason> Reasons { get; init; } = [];

    public Tally Tally { get; init; } = new();

    public required NodeState After { get; init; }

    /// <summary>What was seen in the kernel that no promise allows.</summary>
    public ImmutableArray<string> Faults { get; init; } = [];
}

/// <summary>What happened that is no drop.</summary>
internal sealed record Tally
{
    public ulong ToPod { get; init; }
    public ulong ToNetwork { get; init; }
    public ulong ToOverlay { get; init; }
    public ulong ToStack { get; init; }
    public ulong Translated { get; init; }
    public ulong Masqueraded { get; init; }
    public ulong NeighbourReplies { get; init; }
    public ulong ForRouters { get; init; }
    public ulong Rejected { get; init; }
    public ulong Created { get; init; }

    public static Tally From(Counters counters) => new()
    {
        ToPod = counters.ToPod,
        ToNetwork = counters.ToNetwork,
        ToOverlay = counters.ToOverlay,
        ToStack = counters.ToStack,
        Translated = counters.Translated,
        Masqueraded = counters.Masqueraded,
        NeighbourReplies = counters.NeighbourReplies,
        ForRouters = counters.ForRouters,
        Rejected = counters.Rejected,
        Created = counters.CtCreated,
    };

    public Tally Since(Tally before) => new()
    {
        ToPod = ToPod - before.ToPod,
        ToNetwork = ToNetwork - before.ToNetwork,
        ToOverlay = ToOverlay - before.ToOverlay,
        ToStack = ToStack - before.ToStack,
        Translated = Translated - before.Translated,
        Masqueraded = Masqueraded - before.Masqueraded,
        NeighbourReplies = NeighbourReplies - before.NeighbourReplies,
        ForRouters = ForRouters - before.ForRouters,
        Rejected = Rejected - before.Rejected,
        Created = Created - before.Created,
    };
}
