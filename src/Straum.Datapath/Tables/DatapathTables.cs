using Straum.Datapath.Abi;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tables;

/// <summary>Every table that the programs and the agent share, typed. Layouts are in bpf/abi.</summary>
public sealed class DatapathTables : IDisposable
{
    private readonly List<BpfMap> _maps = [];

    internal DatapathTables(Func<MapDescriptor, BpfMap> open)
    {
        try
        {
            Config = new NodeConfigTable(Open(MapTable.Config), Open(MapTable.ConfigSlot));
            Pods = new BpfTable<Addr, PodEntry>(Open(MapTable.Pods));
            Peers = new BpfTable<PeerKey, PeerEntry>(Open(MapTable.Peers));
            Services = new BpfTable<SvcKey, SvcEntry>(Open(MapTable.Svc));
            ServiceAddresses = new BpfTable<Addr, uint>(Open(MapTable.ServiceAddresses));
            Slots = new MappedBpfArray<uint>(Open(MapTable.Slots));
            Backends = new MappedBpfArray<Backend>(Open(MapTable.Backends));
            Sockets = new BpfTable<SocketKey, SocketEntry>(Open(MapTable.Sockets));
            Conntrack = new BpfTable<FlowTuple, CtEntry>(Open(MapTable.Conntrack));
            Drops = new PerCpuArray<DropCounter>(Open(MapTable.Drops));
            Counters = new PerCpuArray<Counters>(Open(MapTable.Counters));
        }
        catch
        {
            Dispose();
            throw;
        }

        BpfMap Open(MapDescriptor descriptor)
        {
            var map = open(descriptor);
            _maps.Add(map);
            return map;
        }
    }

    /// <summary>What the agent may change at run time.</summary>
    public NodeConfigTable Config { get; }

    public BpfTable<Addr, PodEntry> Pods { get; }

    public BpfTable<PeerKey, PeerEntry> Peers { get; }

    public BpfTable<SvcKey, SvcEntry> Services { get; }

    /// <summary>Every ClusterIP. As large as <see cref="Services"/>, which has an entry for each at least.</summary>
    public BpfTable<Addr, uint> ServiceAddresses { get; }

    public MappedBpfArray<uint> Slots { get; }

    public MappedBpfArray<Backend> Backends { get; }

    public BpfTable<SocketKey, SocketEntry> Sockets { get; }

    public BpfTable<FlowTuple, CtEntry> Conntrack { get; }

    /// <summary>Index = place × <see cref="AbiConstants.DropReasonStride"/> + reason.</summary>
    public PerCpuArray<DropCounter> Drops { get; }

    public PerCpuArray<Counters> Counters { get; }

    public void Dispose()
    {
        // Not all of them where one could not be opened.
        Config?.Dispose();
        Slots?.Dispose();
        Backends?.Dispose();
        foreach (var map in _maps)
        {
            map.Dispose();
        }
    }
}
