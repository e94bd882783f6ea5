using Straum.Datapath.Abi;
using Straum.Datapath.Nodes;
using Straum.Datapath.Tables;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>A node whose tables are small enough to be read after every packet, and that can be made into any <see cref="NodeState"/>.</summary>
public sealed class ModelFixture() : DatapathFixture(new TableSizes { Conntrack = 256, Services = 256, Backends = 2048, Slots = 2048 })
{
    /// <summary>Forgets flows and Services, and takes over everything else.</summary>
    internal void Become(NodeState node)
    {
        Datapath.Tables.Conntrack.Clear();
        Datapath.Tables.Services.Clear();
        Datapath.Tables.ServiceAddresses.Clear();
        Datapath.Tables.Pods.Clear();
        foreach (var (address, pod) in node.Pods)
        {
            var entry = new PodEntry { Ifindex = (uint)pod.Device, Id = (uint)pod.Device };
            pod.Mac.CopyTo(entry.PodMac);
            pod.HostMac.CopyTo(entry.HostMac);
            Datapath.Tables.Pods.TryWrite(Addr.From(Ends.Address(address)), entry).ShouldBeTrue();
        }
        Datapath.Tables.Peers.Clear();
        foreach (var peer in node.Peers)
        {
            Datapath.Tables.Peers.TryWrite(PeerPlan.KeyOf(peer.Prefix),
                new PeerEntry { Kind = (byte)peer.Kind, Tunnel = peer.Tunnel is { } tunnel ? Addr.From(tunnel) : default }).ShouldBeTrue();
        }
        Change(node, null);
    }

    /// <summary>Writes what differs in configuration, Services and backends.</summary>
    internal void Change(NodeState node, NodeState? before)
    {
        Configure(_ => new NodeConfig
        {
            Node4 = node.Node4 is { } four ? Addr.From(four) : default,
            Node6 = node.Node6 is { } six ? Addr.From(six) : default,
            OverlayIfindex = (uint)Overlay,
            Vni = Topology.Vni,
            SnatPortMin = node.PortMin,
            SnatPortMax = node.PortMax,
            Flags = node.Masquerade ? (uint)NodeFlags.Masquerade : 0,
        });
        foreach (var (id, backend) in node.Backends)
        {
            if (before is null || !before.Backends.TryGetValue(id, out var was) || was != backend)
            {
                Datapath.Tables.Backends[(int)id] = new Backend
                {
                    Address = Addr.From(backend.End.Address),
                    Port = (ushort)backend.End.Port,
                    Flags = backend.Usable ? (byte)BackendFlags.Usable : (byte)0,
                    Generation = backend.Generation,
                };
            }
        }
        foreach (var (name, service) in node.Services)
        {
            if (before is not null && before.Services.TryGetValue(name, out var was) && was == service)
            {
                continue;
            }
            Datapath.Tables.ServiceAddresses.TryWrite(Addr.From(Ends.Address(name.Address)), 1).ShouldBeTrue();
            // A Service's ids follow one another: its slots are those of the same numbers.
            foreach (var id in service.Backends)
            {
                Datapath.Tables.Slots[(int)id] = id;
            }
            Datapath.Tables.Services.TryWrite(
                new SvcKey { Vip = Addr.From(Ends.Address(name.Address)), Port = name.Port, Proto = name.Protocol },
                new SvcEntry
                {
                    Base = service.Backends.IsEmpty ? 0 : service.Backends[0],
                    Count = (uint)service.Backends.Length,
                    Id = service.Id,
                    Flags = service.Silent ? (uint)SvcFlags.Silent : 0,
                }).ShouldBeTrue();
        }
    }

    /// <summary>Fragments of former sequences, before their names are used again.</summary>
    internal void ForgetFragments() => Reset();
}
