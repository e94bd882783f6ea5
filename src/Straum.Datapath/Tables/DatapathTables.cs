using Straum.Datapath.Abi;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tables;

/// <summary>Every table that the programs and the agent share, typed. Layouts are in bpf/abi.</summary>
public sealed class DatapathTables : IDisposable
{
    internal DatapathTables(Func<MapDescriptor, BpfMap> open)
    {
        Config = new MappedBpfArray<NodeConfig>(open(MapTable.Config));
        Pods = new BpfMap<Addr, PodEntry>(open(MapTable.Pods));
        Peers = new BpfMap<PeerKey, PeerEntry>(open(MapTable.Peers));
        Services = new BpfMap<SvcKey, SvcEntry>(open(MapTable.Svc));
        Slots = new MappedBpfArray<uint>(open(MapTable.Slots));
        Backends = new MappedBpfArray<Backend>(open(MapTable.Backends));
        Sockets = new BpfMap<SocketKey, SocketEntry>(open(MapTable.Sockets));
        Conntrack = new BpfMap<FlowTuple, CtEntry>(open(MapTable.Conntrack));
        Drops = new PerCpuArray<DropCounter>(open(MapTable.Drops));
        Counters = new PerCpuArray<Counters>(open(MapTable.Counters));
    }

    /// <summary>One element: what the agent may change at run time.</summary>
    public MappedBpfArray<NodeConfig> Config { get; }

    public BpfMap<Addr, PodEntry> Pods { get; }

    public BpfMap<PeerKey, PeerEntry> Peers { get; }

    public BpfMap<SvcKey, SvcEntry> Services { get; }

    public MappedBpfArray<uint> Slots { get; }

    public MappedBpfArray<Backend> Backends { get; }

    public BpfMap<SocketKey, SocketEntry> Sockets { get; }

    public BpfMap<FlowTuple, CtEntry> Conntrack { get; }

    /// <summary>Index = place × <see cref="AbiConstants.DropReasonStride"/> + reason.</summary>
    public PerCpuArray<DropCounter> Drops { get; }

    public PerCpuArray<Counters> Counters { get; }

    public void Dispose()
    {
        Config.Dispose();
        Pods.Dispose();
        Peers.Dispose();
        Services.Dispose();
        Slots.Dispose();
        Backends.Dispose();
        Sockets.Dispose();
        Conntrack.Dispose();
        Drops.Dispose();
        Counters.Dispose();
    }
}
