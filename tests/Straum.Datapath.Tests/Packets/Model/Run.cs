using System.Text;
using Straum.Datapath.Abi;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>Runs a sequence through the programs and through the model, and stops where they part.</summary>
internal sealed class Run(ModelFixture kernel, DropLedger drops)
{
    private const int MostSlots = 4;

    private readonly Dictionary<int, Event> _events = [];
    private readonly StringBuilder _story = new();

    /// <summary>What was run, for people.</summary>
    public string Story => _story.ToString();

    /// <summary>As it is after the last step that was run.</summary>
    public NodeState? Node { get; private set; }

    /// <summary>Packets that were run.</summary>
    public int Packets { get; private set; }

    /// <returns>What differs at the last step that was run; null when nothing does.</returns>
    public string? Go(NodeState node, IReadOnlyList<Step> steps)
    {
        kernel.Become(node);
        foreach (var step in steps)
        {
            Node = node;
            if (step is Change change)
            {
                var after = change.To(node);
                kernel.Change(after, node);
                node = after;
                _story.AppendLine($"  {step.Number}: {change.What}");
                continue;
            }
            var input = step switch
            {
                Send send => send.Input,
                Follow follow when _events.TryGetValue(follow.Of, out var past) => Following.Make(past, follow),
                _ => null,
            };
            if (input is null)
            {
                continue;
            }
            _story.AppendLine($"  {step.Number}: {(step is Follow { Manner: var manner, Of: var of } ? $"{manner} of {of}, " : "")}{input.Hook}{(input.PodB ? " of pod B" : "")} {Describe(input)}");
            if (Try(step.Number, input, ref node) is { } difference)
            {
                return difference;
            }
        }
        Node = node;
        return null;
    }

    private string? Try(int number, Input input, ref NodeState node)
    {
        Packets++;
        var (program, device) = ProgramOf(input);
        kernel.Checksummed = !MayBecomeAnother(input, node);
        var tally = Tally.From(Sum());
        var outcome = kernel.RunHere(program, device, input.Frame);
        var observed = FlowTable.Read(kernel.Datapath.Tables.Conntrack);
        var counted = Tally.From(Sum()).Since(tally);
        _events[number] = new Event(input, outcome);

        string? difference = null;
        for (var slot = 0; slot < MostSlots; slot++)
        {
            var expected = Expect(new Passage(node, input.Frame, observed, slot), input, device);
            var found = Compare(expected, outcome, observed, counted, PlaceOf(input.Hook), input);
            if (found is null)
            {
                drops.Add(PlaceOf(input.Hook), expected.Reasons);
                node = expected.After;
                return null;
            }
            difference ??= found;
        }
        return difference;
    }

    private static Expectation Expect(Passage passage, Input input, int device) => input.Hook switch
    {
        Hook.PodOut => passage.PodOut(device),
        Hook.PodIn => passage.PodIn(),
        Hook.UplinkIn => passage.Arrive(byTunnel: false),
        Hook.OverlayIn => passage.Arrive(byTunnel: true),
        Hook.UplinkOut => passage.UplinkOut(),
        _ => passage.OverlayOut(),
    };

    private string? Compare(Expectation expected, Outcome outcome, FlowTable observed, Tally counted, Place place, Input input)
    {
        var differences = new List<string>(expected.Faults);
        if (outcome.Verdict != expected.Verdict)
        {
            differences.Add($"verdict {outcome.Verdict}, expected {expected.Verdict} {string.Join(' ', expected.Reasons)}");
        }
        else if (expected.Frame is { } frame)
        {
            if (!frame.Matches(outcome.Frame))
            {
                differences.Add($"frame\n    found    {Convert.ToHexStringLower(outcome.Frame)}\n    expected {Convert.ToHexStringLower(frame.Bytes)}");
            }
            if (outcome.Mark != expected.Mark)
            {
                differences.Add($"mark {outcome.Mark:x}, expected {expected.Mark:x}");
            }
            if (WrongChecksum(input, outcome) is { } wrong)
            {
                differences.Add(wrong);
            }
        }
        if (expected.After.Flows.Difference(observed) is { Length: > 0 } flows)
        {
            differences.Add($"flows\n{flows}");
        }
        if (counted != expected.Tally)
        {
            differences.Add($"counted {counted}\n    expected {expected.Tally}");
        }
        if (drops.Missing(place, expected.Reasons) is { } reason)
        {
            differences.Add($"not counted as {reason}");
        }
        return differences.Count == 0 ? null : string.Join("\n  ", differences);
    }

    /// <summary>A packet that came whole and true leaves so.</summary>
    private static string? WrongChecksum(Input input, Outcome outcome)
    {
        if (!input.IsTrue)
        {
            return null;
        }
        try
        {
            _ = outcome.Packet;
            return null;
        }
        catch (ShouldAssertException e)
        {
            return e.Message;
        }
    }

    private (BpfProgram Program, int Device) ProgramOf(Input input)
    {
        var (programs, pod) = (kernel.Datapath.Programs, input.PodB ? kernel.PodB : kernel.PodA);
        return input.Hook switch
        {
            Hook.PodOut => (programs.PodOut, pod),
            Hook.PodIn => (programs.PodIn, pod),
            Hook.UplinkIn => (programs.UplinkIn, kernel.Uplink),
            Hook.UplinkOut => (programs.UplinkOut, kernel.Uplink),
            Hook.OverlayIn => (programs.OverlayIn, kernel.Overlay),
            _ => (programs.OverlayOut, kernel.Overlay),
        };
    }

    private static Place PlaceOf(Hook hook) => hook switch
    {
        Hook.PodOut => Place.PodOut,
        Hook.PodIn => Place.PodIn,
        Hook.UplinkIn => Place.UplinkIn,
        Hook.UplinkOut => Place.UplinkOut,
        Hook.OverlayIn => Place.OverlayIn,
        _ => Place.OverlayOut,
    };

    /// <summary>The kernel gives up a card's sum of a packet whose length changes, and nobody keeps that of a broken or unsummed one.</summary>
    private static bool MayBecomeAnother(Input input, NodeState node) =>
        input.Packet is not { NoChecksum: false } packet
        || packet.Type == 135
        || (node.IsServiceAddress(Ends.Number(packet.Destination)) && (packet.IsFragment || !IsServed(packet, node)));

    private static bool IsServed(Packet packet, NodeState node) =>
        node.Services.TryGetValue(new ServiceName(Ends.Number(packet.Destination), packet.DestinationPort, packet.Protocol), out var service)
        && !service.Backends.IsEmpty && service.Backends.All(id => node.Backends[id].Usable);

    private Counters Sum()
    {
        var sum = default(Counters);
        foreach (var each in kernel.Datapath.Tables.Counters.Read(0))
        {
            sum.ToPod += each.ToPod;
            sum.ToNetwork += each.ToNetwork;
            sum.ToOverlay += each.ToOverlay;
            sum.ToStack += each.ToStack;
            sum.Translated += each.Translated;
            sum.Masqueraded += each.Masqueraded;
            sum.NeighbourReplies += each.NeighbourReplies;
            sum.ForRouters += each.ForRouters;
            sum.Rejected += each.Rejected;
            sum.CtCreated += each.CtCreated;
        }
        return sum;
    }

    private static string Describe(Input input) => input.Packet is not { } p ? Convert.ToHexStringLower(input.Frame)
        : $"{p.Source} > {p.Destination} proto {p.Protocol} " + p.Protocol switch
        {
            Packet.Tcp => $"ports {p.SourcePort} {p.DestinationPort} {p.Flags}",
            Packet.Udp or Packet.Sctp => $"ports {p.SourcePort} {p.DestinationPort}",
            Packet.Icmp or Packet.IcmpV6 => $"type {p.Type} code {p.Code} id {p.EchoId}",
            _ => "",
        }
        + $" ttl {p.Ttl} payload {p.Payload.Length}{(p.IsFragment ? $" part {p.FragmentId} at {p.FragmentOffset}{(p.MoreFragments ? "+" : "")}" : "")}"
        + $"{(p.Options.Length > 0 ? $" options {p.Options.Length}" : "")}{(p.Extensions.Length > 0 ? $" headers {string.Join(',', p.Extensions)}" : "")}";
}
