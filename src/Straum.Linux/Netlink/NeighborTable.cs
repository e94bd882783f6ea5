using System.Net;
using System.Net.Sockets;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NeighbourHeader;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>The IPv4 and IPv6 neighbors of a namespace.</summary>
public sealed class NeighborTable
{
    private readonly NetlinkConnection _connection;

    internal NeighborTable(NetlinkConnection connection) => _connection = connection;

    /// <summary>struct ndmsg</summary>
    internal struct Header
    {
        public byte Family;
        public byte Padding1;
        public ushort Padding2;
        public int InterfaceIndex;
        public ushort State;
        public byte Flags;
        public byte Type;
    }

    /// <summary>Adds an entry, or puts it in the place of the one with the same address and device.</summary>
    public void Replace(Neighbor neighbor)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
        request.Header(HeaderOf(neighbor));
        request.AddAddress(NDA_DST, neighbor.Address);
        if (neighbor.MacAddress is { } mac)
        {
            request.AddMac(NDA_LLADDR, mac);
        }
        _connection.Execute(request.Finish(), "neighbor replace", Subject(neighbor.InterfaceIndex, neighbor.Address));
    }

    /// <summary>Removes an entry. Returns <c>false</c> when it, or the device, was not there.</summary>
    public bool Delete(int interfaceIndex, IPAddress address, bool proxy = false)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_DELNEIGH, 0);
        request.Header(HeaderOf(new Neighbor { InterfaceIndex = interfaceIndex, Address = address, IsProxy = proxy, State = NeighborState.None }));
        request.AddAddress(NDA_DST, address);
        return _connection.TryExecute(
            request.Finish(), "neighbor delete", Subject(interfaceIndex, address), Errno.ENOENT, Errno.ENODEV, Errno.ENXIO);
    }

    /// <param name="interfaceIndex">Of one device, or 0 for all.</param>
    /// <param name="family">Of one family, or <see cref="AddressFamily.Unspecified"/> for both.</param>
    public IReadOnlyList<Neighbor> List(int interfaceIndex = 0, AddressFamily family = AddressFamily.Unspecified)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETNEIGH, 0);
        request.Header(new Header { Family = Families.Of(family) });
        if (interfaceIndex != 0)
        {
            request.Add(NDA_IFINDEX, interfaceIndex);
        }
        return _connection.Dump(request.Finish(), Parse, "neighbor list", interfaceIndex == 0 ? "" : $"#{interfaceIndex}");
    }

    internal static Neighbor? Parse(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type is not (RTM_NEWNEIGH or RTM_DELNEIGH))
        {
            return null;
        }
        var attributes = NetlinkAttributes.After(payload, out Header header);
        IPAddress? address = null;
        MacAddress? mac = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NDA_DST: address = attributes.Address; break;
                case NDA_LLADDR: mac = attributes.Mac; break;
            }
        }
        if (address is null)
        {
            // Forwarding entries of bridges come in the same messages and have no IP address.
            return null;
        }
        return new Neighbor
        {
            InterfaceIndex = header.InterfaceIndex,
            Address = address,
            MacAddress = mac,
            State = (NeighborState)header.State,
            IsProxy = (header.Flags & NTF_PROXY) != 0,
            IsExternallyLearned = (header.Flags & NTF_EXT_LEARNED) != 0,
            IsRouter = (header.Flags & NTF_ROUTER) != 0,
        };
    }

    private static Header HeaderOf(Neighbor neighbor) => new()
    {
        Family = Families.Of(neighbor.Address),
        InterfaceIndex = neighbor.InterfaceIndex,
        State = (ushort)neighbor.State,
        Flags = (byte)((neighbor.IsProxy ? NTF_PROXY : 0)
            | (neighbor.IsExternallyLearned ? NTF_EXT_LEARNED : 0)
            | (neighbor.IsRouter ? NTF_ROUTER : 0)),
    };

    private static string Subject(int interfaceIndex, IPAddress address) => $"{address} #{interfaceIndex}";
}
