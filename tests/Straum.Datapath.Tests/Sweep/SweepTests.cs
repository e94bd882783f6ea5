using System.Net;
using Straum.Datapath.Abi;
using Straum.Datapath.Conntrack;
using Straum.Datapath.Tests.Packets;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Sweep;

/// <summary>Expiry of flows, at times that the tests choose, by whatever does it on this or an older kernel.</summary>
public abstract class SweepTests : IClassFixture<DatapathFixture>
{
    private const ulong Second = 1_000_000_000;
    private const CtState None = CtState.None, Replied = CtState.Replied, Rst = CtState.Rst, FinI = CtState.FinInitiator, FinR = CtState.FinResponder;

    private readonly DatapathFixture _kernel;

    protected SweepTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public static TheoryData<byte, CtState, uint> Lives => new()
    {
        { Packet.Tcp, None, 60 },
        { Packet.Tcp, Replied, 21600 },
        { Packet.Tcp, Replied | FinI, 300 },
        { Packet.Tcp, Replied | FinR, 300 },
        { Packet.Tcp, FinI, 60 },
        { Packet.Tcp, Replied | FinI | FinR, 20 },
        { Packet.Tcp, Rst, 20 },
        { Packet.Tcp, Replied | Rst, 20 },
        { Packet.Tcp, Replied | Rst | FinI, 20 },
        { Packet.Udp, None, 60 },
        { Packet.Udp, Replied, 180 },
        { Packet.Sctp, Replied, 60 },
        { Packet.Icmp, Replied, 60 },
        { Packet.IcmpV6, None, 60 },
        { Packet.Gre, Replied, 60 },
    };

    [Theory, MemberData(nameof(Lives))]
    public void PlainFlow_LivesToTheEndOfItsTime(byte protocol, CtState state, uint seconds)
    {
        var seen = 1_000_000 * Second;
        Write(1, protocol, state, seen);

        Sweep(seen + seconds * Second - 1).ShouldBe((1u, 0u));
        _kernel.Flows.ShouldBe(1);
        Sweep(seen + seconds * Second).ShouldBe((1u, 1u));
        _kernel.Flows.ShouldBe(0);
    }

    [Fact]
    public void EntryOfTheFuture_IsKept()
    {
        // Another CPU wrote it after the sweep had looked at the clock.
        Write(1, Packet.Udp, None, 500 * Second);
        Sweep(400 * Second).ShouldBe((1u, 0u));
    }

    [Theory, MemberData(nameof(Lives))]
    public void TranslatedFlow_IsOneFlow(byte protocol, CtState state, uint seconds)
    {
        _kernel.FromPod(protocol == Packet.IcmpV6 ? Packet.Between(PodA6, World6, protocol) : Packet.Between(PodA4, World4, protocol));
        var seen = 1_000_000 * Second;

        // Either half may be the one that saw the last packet; what they have seen counts together.
        foreach (var last in new[] { CtFlags.None, CtFlags.Wire })
        {
            Change((flags, entry) => entry with
            {
                SeenNs = (flags & CtFlags.Wire) == last ? seen : 1,
                State = (byte)((flags & CtFlags.Wire) == 0 ? state & FinI : state & ~FinI),
            });
            Sweep(seen + seconds * Second - 1).ShouldBe((2u, 0u));
        }
        var (examined, deleted) = Sweep(seen + seconds * Second);
        deleted.ShouldBe(2u);
        examined.ShouldBeInRange(1u, 2u);
        _kernel.Flows.ShouldBe(0);
    }

    [Theory]
    [InlineData(CtFlags.Wire)]
    [InlineData(CtFlags.None)]
    public void HalfWithoutItsOther_GoesAfterASecond(CtFlags left)
    {
        _kernel.FromPod(Packet.Between(PodA4, World4));
        var seen = 1_000_000 * Second;
        foreach (var (key, entry) in _kernel.Datapath.Tables.Conntrack.Read().ToArray())
        {
            if (((CtFlags)entry.Flags & CtFlags.Wire) == left)
            {
                _kernel.Datapath.Tables.Conntrack.TryWrite(key, entry with { SeenNs = seen });
            }
            else
            {
                _kernel.Datapath.Tables.Conntrack.Delete(key);
            }
        }

        // The insertion of the other may be under way.
        Sweep(seen + Second).ShouldBe((1u, 0u));
        Sweep(seen + Second + 1).ShouldBe((1u, 1u));
    }

    [Theory]
    [InlineData(CtFlags.Wire, false)]
    [InlineData(CtFlags.Wire, true)]
    [InlineData(CtFlags.None, false)]
    [InlineData(CtFlags.None, true)]
    public void HalfWithoutItsOther_IsNotKeptAliveByPackets(CtFlags left, bool otherIsOfAnotherFlow)
    {
        // One half was swept, and a packet of the other came just then; or the flow began anew since, with another port.
        var sent = Packet.Between(PodA4, World4, Packet.Udp);
        var outgoing = _kernel.FromPod(sent).Packet;
        var table = _kernel.Datapath.Tables.Conntrack;
        var halves = table.Read().ToDictionary(half => (CtFlags)half.Value.Flags & CtFlags.Wire);
        var (mine, other) = (halves[left], halves[left ^ CtFlags.Wire]);
        var now = mine.Value.SeenNs;
        table.TryWrite(mine.Key, mine.Value with { SeenNs = now - 2 * Second });
        if (otherIsOfAnotherFlow)
        {
            var peer = other.Value.Peer;
            peer.Sport = (ushort)(peer.Sport ^ 1);
            table.TryWrite(other.Key, other.Value with { Peer = peer, SeenNs = now - 2 * Second });
        }
        else
        {
            table.Delete(other.Key);
        }

        // The other flow's half may be the first to go.
        for (var sweeps = 0u; sweeps < 2 && table.TryLookup(mine.Key, out _); sweeps++)
        {
            _ = left == CtFlags.Wire ? _kernel.FromNetwork(outgoing.Reply()) : _kernel.FromPod(sent);
            Sweep(now + 2 * sweeps * Second);
        }

        table.TryLookup(mine.Key, out _).ShouldBeFalse();
    }

    [Fact]
    public void FlowThatCameBackToLife_IsKept()
    {
        var sent = Packet.Between(PodA4, World4, Packet.Udp);
        _kernel.FromPod(sent);
        Change((_, entry) => entry with { SeenNs = entry.SeenNs - 30 * Second });
        var now = _kernel.Datapath.Tables.Conntrack.Read().Max(e => e.Value.SeenNs) + 70 * Second;

        // An agent that decided on what it reads here would delete both a moment later.
        _kernel.FromPod(sent);

        Sweep(now).ShouldBe((2u, 0u));
        _kernel.Flows.ShouldBe(2);
    }

    [Fact]
    public void Sweeper_GoesByTheKernelsClock()
    {
        _kernel.FromPod(Packet.Between(PodA4, PodB4));
        Write(1, Packet.Udp, None, 1);
        var request = Sweeper.Sweep();
        (request.Examined, request.Deleted).ShouldBe((2u, 1u));
    }

    [Fact]
    public void HundredThousandFlows_AreSweptInOneRun()
    {
        const int Count = 100_000;
        var seen = 1_000_000 * Second;
        var keys = new FlowTuple[Count];
        var entries = new CtEntry[Count];
        for (var i = 0; i < Count; i++)
        {
            keys[i] = Key((uint)i, Packet.Udp);
            entries[i] = new CtEntry { SeenNs = i % 4 == 0 ? seen : seen - 100 * Second };
        }
        _kernel.Datapath.Tables.Conntrack.WriteBatch(keys, entries).ShouldBe(Count);

        Sweep(seen + Second).ShouldBe(((uint)Count, Count * 3 / 4u));

        _kernel.Flows.ShouldBe(Count / 4);
        _kernel.Datapath.Tables.Conntrack.Read().ShouldAllBe(e => e.Value.SeenNs == seen);
    }

    protected DatapathFixture Kernel => _kernel;

    protected abstract IConntrackSweeper Sweeper { get; }

    private (uint Examined, uint Deleted) Sweep(ulong now)
    {
        var request = Sweeper.Sweep(now);
        return (request.Examined, request.Deleted);
    }

    private void Write(uint number, byte protocol, CtState state, ulong seen) =>
        _kernel.Datapath.Tables.Conntrack.TryWrite(Key(number, protocol), new CtEntry { State = (byte)state, SeenNs = seen }).ShouldBeTrue();

    private static FlowTuple Key(uint number, byte protocol) => new()
    {
        Src = Addr.From(PodA4),
        Dst = Addr.From(new IPAddress([10, 244, (byte)(number >> 16), 1])),
        Sport = (ushort)number,
        Proto = protocol,
    };

    private void Change(Func<CtFlags, CtEntry, CtEntry> change)
    {
        foreach (var (key, entry) in _kernel.Datapath.Tables.Conntrack.Read().ToArray())
        {
            _kernel.Datapath.Tables.Conntrack.TryWrite(key, change((CtFlags)entry.Flags, entry)).ShouldBeTrue();
        }
    }
}
