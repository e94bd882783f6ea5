using System.Buffers.Binary;
using System.Collections.Immutable;
using Straum.Datapath.Abi;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>
/// One packet's way through one hook, as docs/adr and the contracts in bpf/abi and bpf/lib promise it. Where the datapath is free
/// to choose, a backend or a port, <paramref name="observed"/> and <paramref name="slot"/> tell the choice, which is judged.
/// </summary>
/// <param name="node">What the node knew before.</param>
/// <param name="frame">The packet.</param>
/// <param name="observed">The kernel's flows afterwards.</param>
/// <param name="slot">Which of a Service's slots a new flow takes, counted modulo their number.</param>
internal sealed partial class Passage(NodeState node, byte[] frame, FlowTable observed, int slot)
{
    private const int EtherIp4 = 0x0800, EtherIp6 = 0x86dd, EtherArp = 0x0806;

    private readonly Frame _frame = new(frame);
    private readonly Reader _reader = new(frame, node.Starts);
    private readonly List<string> _faults = [];
    private FlowTable _flows = node.Flows;
    private Tally _tally = new();
    private uint _mark;

    private int EtherType => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12));

    private bool IsIp => EtherType is EtherIp4 or EtherIp6;

    private (Sight Sight, DropReason Fault) Read() => _reader.Read(14, EtherType == EtherIp4);

    private static bool IsMulticast(UInt128 address)
    {
        var bytes = Ends.Address(address).GetAddressBytes();
        return bytes.Length == 4 ? bytes[0] >> 4 == 14 || bytes.All(b => b == 255) : bytes[0] == 255;
    }

    // :: Verdicts

    private Expectation Drop(params ReadOnlySpan<DropReason> reasons) => Finish(Verdict.Drop) with { Frame = null, Reasons = [.. reasons] };

    private Expectation Pass() => Finish(Verdict.ToStack);

    private Expectation ToStack()
    {
        _tally = _tally with { ToStack = 1 };
        return Finish(Verdict.ToStack);
    }

    private Expectation ToPod(ModelPod pod)
    {
        _frame.SetMacs(pod.Mac, pod.HostMac);
        _tally = _tally with { ToPod = 1 };
        return Finish(Verdict.Redirect);
    }

    private Expectation Finish(Verdict verdict) => new()
    {
        Verdict = verdict,
        Frame = _frame,
        Mark = _mark,
        Tally = _tally,
        After = node with { Flows = _flows, Starts = _reader.Starts },
        Faults = [.. _faults],
    };

    // :: Flows

    /// <summary>A packet of a known flow says what has become of the flow.</summary>
    private void Touch(FlowHalf half, bool reply, Sight sight)
    {
        var state = half.State | (reply ? CtState.Replied : CtState.None) | (sight.Reset ? CtState.Rst : CtState.None)
            | (!sight.Fin ? CtState.None : reply ? CtState.FinResponder : CtState.FinInitiator);
        _flows = _flows.With(half with { State = state });
    }

    /// <summary>A SYN of the initiator after the connection's end, which is a reset or both FINs, begins another one.</summary>
    private bool IsOver(FlowHalf half, bool reply, Sight sight)
    {
        const CtState Closed = CtState.FinInitiator | CtState.FinResponder;
        var state = _flows.StateOf(half);
        return sight.Opens && !reply && (state.HasFlag(CtState.Rst) || (state & Closed) == Closed);
    }

    private void EnterPlain(Ends ends)
    {
        _flows = _flows.With(new FlowHalf(ends));
        _tally = _tally with { Created = _tally.Created + 1 };
    }

    /// <summary>Makes the packet's ends <paramref name="to"/>.</summary>
    private Sight Rewrite(Sight sight, Ends to)
    {
        _frame.Rewrite(sight, to);
        _tally = _tally with { Translated = _tally.Translated + 1 };
        return sight with { Ends = to };
    }

    private void DecrementHopLimit(Sight sight) => _frame.DecrementHopLimit(sight);

    /// <summary>
    /// Enters the packet's flow as one that is <paramref name="wire"/> on the wire, with another source port if that one is taken
    /// or may not be used. Sixteen random ports are tried.
    /// </summary>
    /// <returns>The ends on the wire; null when no port is left.</returns>
    private Ends? EnterTranslated(Sight sight, Ends wire, bool newPort, ModelService? service, uint backend)
    {
        const int Attempts = 16;
        var from = sight.Ends;
        wire = wire with { Shadow = false };
        var taken = _flows.Find(wire) is not null;
        if (taken && !sight.HasPort)
        {
            return null;
        }
        if (sight.HasPort && (newPort || taken))
        {
            var range = Enumerable.Range(node.PortMin, node.PortMax - node.PortMin + 1).Select(port => WithPort((ushort)port)).ToArray();
            var used = range.Count(ends => _flows.Find(ends) is not null);
            var chosen = observed.Halves.Values.FirstOrDefault(half => half.Wire && half.Peer == from);
            if (chosen is null)
            {
                if (used < Math.Min(Attempts, range.Length))
                {
                    _faults.Add($"no flow for {from}, though only {used} ports of {range.Length} are taken");
                }
                return null;
            }
            if (!range.Contains(chosen.Initiator) || _flows.Find(chosen.Initiator) is not null)
            {
                _faults.Add($"{chosen} takes a port that is not free, or not the node's to give");
            }
            wire = chosen.Initiator;
        }
        var generation = backend == 0 ? 0 : node.Backends[backend].Generation;
        _flows = _flows.With(new FlowHalf(wire, from, Wire: true, service?.Id ?? 0, backend, generation))
            .With(new FlowHalf(from, wire, Wire: false, service?.Id ?? 0, backend, generation));
        _tally = _tally with { Created = _tally.Created + 2, Masqueraded = newPort ? 1u : 0 };
        return wire;

        Ends WithPort(ushort port) => wire with { SourcePort = port, DestinationPort = sight.IsIcmp ? port : wire.DestinationPort };
    }

    // :: ICMP errors

    /// <summary>
    /// An error about a translated flow, that quotes a packet as it was beyond the translation, is given the ends that the
    /// packet's sender knows. Tells whether it is about a flow of ours.
    /// </summary>
    private (Sight Sight, bool Known) TranslateError(Sight error)
    {
        var (quoted, fault) = _reader.Read(error.L4 + 8, error.V4, quoted: true);
        if (fault != DropReason.None || !quoted.PortsKnown || quoted.Ends.Source != error.Ends.Destination
            || _flows.Find(quoted.Ends) is not { } flow)
        {
            return (error, false);
        }
        if (flow.Half.Peer is not { } peer)
        {
            return (error, true);
        }
        if (flow.Reply == flow.Half.Wire)
        {
            return (error, false);
        }
        var to = flow.Reply ? peer.Reversed : peer;
        _frame.RewriteQuoted(error, quoted, to);
        var outer = error.Ends with
        {
            Source = error.Ends.Source == quoted.Ends.Destination ? to.Destination : error.Ends.Source,
            Destination = to.Source,
        };
        return (Rewrite(error, outer), true);
    }
}
