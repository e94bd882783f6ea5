using System.Diagnostics;
using Straum.Datapath.Abi;
using Straum.Datapath.Tables;

namespace Straum.Datapath.Conntrack;

/// <summary>
/// Expires flows where the kernel has no programs that can be run for it (before 5.14): reads the table in batches, and looks
/// at an entry that seems to have expired once more right before it is deleted.
/// </summary>
/// <remarks>
/// Between that look and the deletion, a few microseconds, a packet may revive the flow, and its entry goes all the same. A
/// plain flow is entered anew by its next packet. A translated one is translated anew, which ends a TCP connection whose
/// first packet after hours of silence came in those microseconds; one that comes a moment later meets the same end.
/// </remarks>
public sealed class UserSpaceSweeper(ITable<FlowTuple, CtEntry> conntrack) : IConntrackSweeper
{
    private const ulong Second = 1_000_000_000;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const CtState Closed = CtState.FinInitiator | CtState.FinResponder;

    public SweepRequest Sweep(ulong nowNs = 0)
    {
        // Of Linux, Stopwatch reads CLOCK_MONOTONIC in nanoseconds, as bpf_ktime_get_ns does.
        var request = new SweepRequest { NowNs = nowNs != 0 ? nowNs : (ulong)Stopwatch.GetTimestamp() };
        foreach (var (key, entry) in conntrack.Read())
        {
            request.Examined++;
            if (IsExpired(key, entry, request.NowNs)
                && conntrack.TryLookup(key, out var current) && IsExpired(key, current, request.NowNs))
            {
                conntrack.Delete(key);
                request.Deleted++;
            }
        }
        return request;
    }

    // As sweep_entry in sweep.bpf.c: both halves of a translated flow are judged as one.
    private bool IsExpired(in FlowTuple key, in CtEntry entry, ulong now)
    {
        var seen = entry.SeenNs;
        var state = (CtState)entry.State;
        if (((CtFlags)entry.Flags & CtFlags.Translated) != 0)
        {
            if (conntrack.TryLookup(entry.Peer.Canonical(), out var other))
            {
                if (other.Peer.Canonical() != key)
                {
                    return true;
                }
                state |= (CtState)other.State;
                seen = Math.Max(seen, other.SeenNs);
            }
            else if (now > seen + Second)
            {
                return true;
            }
        }
        return now >= seen && now - seen >= LifeOf(key.Proto, state) * Second;
    }

    // Seconds without a packet: docs/reference/datapath.md, sweep.bpf.c.
    private static ulong LifeOf(byte protocol, CtState state) => protocol switch
    {
        Tcp when (state & CtState.Rst) != 0 || (state & Closed) == Closed => 20,
        Tcp when (state & CtState.Replied) == 0 => 60,
        Tcp when (state & Closed) != 0 => 300,
        Tcp => 21_600,
        Udp when (state & CtState.Replied) != 0 => 180,
        _ => 60,
    };
}
