using System.Net;
using Straum.Datapath.Abi;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Packets;

public partial class DatapathFixture
{
    private static readonly bool CanBeChecksummed = Requires.RunningKernel >= new Version(6, 11);

    /// <summary>
    /// Every run also proves that the sum a network card gave stays true (CHECKSUM_COMPLETE). Off for packets that become another
    /// packet: the kernel itself gives up the sum of a packet that changes its length.
    /// </summary>
    internal bool Checksummed { get; set; } = CanBeChecksummed;

    /// <summary>Runs the packet through a program as if it had come by the device.</summary>
    internal Outcome Run(BpfProgram program, int device, Packet packet, uint mark = 0) => Run(program, device, packet.ToFrame(), mark);

    internal Outcome Run(BpfProgram program, int device, byte[] frame, uint mark = 0) =>
        _namespace.Namespace.Run(() => RunHere(program, device, frame, mark));

    /// <summary>As <see cref="Run(BpfProgram, int, byte[], uint)"/>, on a thread that is in the namespace: see <see cref="InNamespace"/>.</summary>
    internal Outcome RunHere(BpfProgram program, int device, byte[] frame, uint mark = 0)
    {
        var context = new SkbContext { InterfaceIndex = (uint)device, Mark = mark }.ToBytes();
        var result = program.TestRun(frame, context, checksummed: Checksummed && CanBeChecksummed);
        return new Outcome((Verdict)result.ReturnValue, result.Data, SkbContext.FromBytes(result.Context).Mark);
    }

    /// <summary>For very many packets: entering the namespace costs more than a test run.</summary>
    internal void InNamespace(Action action) => _namespace.Namespace.Run(action);

    internal Outcome FromPod(Packet packet) => Run(Datapath.Programs.PodOut, PodA, packet);

    internal Outcome FromPodB(Packet packet) => Run(Datapath.Programs.PodOut, PodB, packet);

    internal Outcome FromNetwork(Packet packet) => Run(Datapath.Programs.UplinkIn, Uplink, packet);

    internal Outcome FromTunnel(Packet packet) => Run(Datapath.Programs.OverlayIn, Overlay, packet);

    /// <summary>What the host's stack sends to pod A.</summary>
    internal Outcome ToPod(Packet packet, uint mark = 0) => Run(Datapath.Programs.PodIn, PodA, packet, mark);

    /// <summary>What leaves by the uplink.</summary>
    internal Outcome ToNetwork(Packet packet, uint mark = 0) => Run(Datapath.Programs.UplinkOut, Uplink, packet, mark);

    /// <summary>What the host's stack sends into the tunnel.</summary>
    internal Outcome ToTunnel(Packet packet) => Run(Datapath.Programs.OverlayOut, Overlay, packet);

    /// <summary>One Service with the given backends, at slots and ids from <paramref name="first"/> on.</summary>
    internal void AddService(IPAddress vip, ushort port, byte protocol, uint first, params IPEndPoint[] backends)
    {
        for (var i = 0; i < backends.Length; i++)
        {
            Datapath.Tables.Backends[(int)first + i] = new Backend
            {
                Address = Addr.From(backends[i].Address),
                Port = (ushort)backends[i].Port,
                Proto = protocol,
                Flags = (byte)BackendFlags.Usable,
                Generation = 1,
            };
            Datapath.Tables.Slots[(int)first + i] = first + (uint)i;
        }
        Datapath.Tables.Services.TryWrite(
            new SvcKey { Vip = Addr.From(vip), Port = port, Proto = protocol },
            new SvcEntry { Base = first, Count = (uint)backends.Length, Id = first }).ShouldBeTrue();
    }

    /// <inheritdoc cref="AddService(IPAddress, ushort, byte, uint, IPEndPoint[])"/>
    internal void AddService(string vip, byte protocol, uint first, params string[] backends)
    {
        var end = IPEndPoint.Parse(vip);
        AddService(end.Address, (ushort)end.Port, protocol, first, [.. backends.Select(IPEndPoint.Parse)]);
    }

    internal void Configure(Func<NodeConfig, NodeConfig> change) => Datapath.Tables.Config.Value = change(Datapath.Tables.Config.Value);

    /// <summary>Entries in the flow table: two for a translated flow.</summary>
    public int Flows => Datapath.Tables.Conntrack.Count();

    /// <summary>Drops of one reason at all places since <see cref="Reset"/>.</summary>
    public ulong Drops(DropReason reason) =>
        Enumerable.Range(0, (int)Place.Count).Aggregate(0UL, (sum, place) => sum + Drops((Place)place, reason));

    public ulong Drops(Place place, DropReason reason)
    {
        ulong packets = 0;
        foreach (var counter in Datapath.Tables.Drops.Read((int)place * AbiConstants.DropReasonStride + (int)reason))
        {
            packets += counter.Packets;
        }
        return packets;
    }

    /// <summary>One of the counters of what is no drop, over all CPUs since <see cref="Reset"/>.</summary>
    public ulong Counted(Func<Counters, ulong> counter)
    {
        ulong sum = 0;
        foreach (var counters in Datapath.Tables.Counters.Read(0))
        {
            sum += counter(counters);
        }
        return sum;
    }
}

/// <summary>TC_ACT_*.</summary>
internal enum Verdict
{
    ToStack = 0,
    Drop = 2,
    Redirect = 7,
}

/// <summary>What a program did with a packet.</summary>
internal sealed record Outcome(Verdict Verdict, byte[] Frame, uint Mark)
{
    /// <summary>Of packets whose addresses are final (bpf/lib/base.h).</summary>
    public const uint MarkDone = 0x53545241;

    /// <summary>As it left; checksums are verified.</summary>
    public Packet Packet => Packet.FromFrame(Frame);
}
