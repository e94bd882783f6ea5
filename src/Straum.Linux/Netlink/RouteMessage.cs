using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Straum.Linux.Interop;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>RTM_*ROUTE messages: struct rtmsg and RTA_* attributes.</summary>
internal static class RouteMessage
{
    /// <summary>struct rtmsg</summary>
    internal struct Header
    {
        public byte Family;
        public byte DestinationLength;
        public byte SourceLength;
        public byte TypeOfService;
        public byte Table;
        public byte Protocol;
        public byte Scope;
        public byte Type;
        public uint Flags;
    }

    /// <summary>struct rtnexthop</summary>
    internal struct NextHopHeader
    {
        public ushort Length;
        public byte Flags;
        public byte WeightMinusOne;
        public int InterfaceIndex;
    }

    /// <param name="request">A message without its header yet.</param>
    /// <param name="route">What to write.</param>
    /// <param name="scope">When the route leaves it open.</param>
    /// <param name="protocol">When the route leaves it open.</param>
    /// <param name="type">0 to match any type when deleting.</param>
    public static void Write(ref NetlinkWriter request, Route route, RouteScope scope, RouteProtocol protocol, byte type)
    {
        request.Header(new Header
        {
            Family = Families.Of(route.Destination.BaseAddress),
            DestinationLength = (byte)route.Destination.PrefixLength,
            // Numbers past a byte go in RTA_TABLE only.
            Table = route.Table <= byte.MaxValue ? (byte)route.Table : RT_TABLE_UNSPEC,
            Protocol = (byte)(route.Protocol == RouteProtocol.Unspecified ? protocol : route.Protocol),
            Scope = (byte)(route.Scope ?? scope),
            Type = type,
            Flags = route.OnLink ? RTNH_F_ONLINK : 0,
        });
        request.AddAddress(RTA_DST, route.Destination.BaseAddress);
        request.Add(RTA_TABLE, route.Table);
        if (route.Gateway is { } gateway)
        {
            AddGateway(ref request, route, gateway);
        }
        if (route.InterfaceIndex != 0)
        {
            request.Add(RTA_OIF, route.InterfaceIndex);
        }
        if (route.Metric != 0)
        {
            request.Add(RTA_PRIORITY, route.Metric);
        }
        if (route.PreferredSource is { } source)
        {
            request.AddAddress(RTA_PREFSRC, source);
        }
        if (route.Mtu != 0)
        {
            var metrics = request.BeginNest(RTA_METRICS, flagged: false);
            request.Add(RTAX_MTU, route.Mtu);
            request.EndNest(metrics);
        }
        if (route.NextHops.Count > 0)
        {
            WriteNextHops(ref request, route);
        }
    }

    public static Route? Parse(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type is not (RTM_NEWROUTE or RTM_DELROUTE))
        {
            return null;
        }
        var attributes = NetlinkAttributes.After(payload, out Header header);
        if (header.Family is not (Libc.AF_INET or Libc.AF_INET6))
        {
            return null;
        }
        IPAddress destination = Families.Any(header.Family);
        IPAddress? gateway = null, source = null;
        int index = 0, metric = 0, mtu = 0, table = header.Table;
        IReadOnlyList<NextHop> hops = [];
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case RTA_DST: destination = attributes.Address; break;
                case RTA_GATEWAY: gateway = attributes.Address; break;
                case RTA_VIA: gateway = attributes.Via; break;
                case RTA_OIF: index = attributes.Int32; break;
                case RTA_PRIORITY: metric = attributes.Int32; break;
                case RTA_PREFSRC: source = attributes.Address; break;
                case RTA_TABLE: table = attributes.Int32; break;
                case RTA_METRICS: mtu = ReadMtu(attributes.Nested); break;
                case RTA_MULTIPATH: hops = ReadNextHops(attributes.Value); break;
            }
        }
        return new Route
        {
            Destination = Families.Network(destination, header.DestinationLength),
            Gateway = gateway,
            InterfaceIndex = index,
            OnLink = (header.Flags & RTNH_F_ONLINK) != 0,
            Scope = (RouteScope)header.Scope,
            Protocol = (RouteProtocol)header.Protocol,
            Metric = metric,
            Mtu = mtu,
            PreferredSource = source,
            Table = table,
            Type = (RouteType)header.Type,
            NextHops = hops,
        };
    }

    private static void AddGateway(ref NetlinkWriter request, Route route, IPAddress gateway)
    {
        if (gateway.AddressFamily == route.Destination.BaseAddress.AddressFamily)
        {
            request.AddAddress(RTA_GATEWAY, gateway);
        }
        else
        {
            request.AddVia(RTA_VIA, gateway);
        }
    }

    private static void WriteNextHops(ref NetlinkWriter request, Route route)
    {
        var list = request.BeginNest(RTA_MULTIPATH, flagged: false);
        foreach (var hop in route.NextHops)
        {
            var start = request.BeginStruct(new NextHopHeader
            {
                Flags = (byte)(hop.OnLink ? RTNH_F_ONLINK : 0),
                WeightMinusOne = checked((byte)(hop.Weight - 1)),
                InterfaceIndex = hop.InterfaceIndex,
            });
            if (hop.Gateway is { } gateway)
            {
                AddGateway(ref request, route, gateway);
            }
            request.EndNest(start);
        }
        request.EndNest(list);
    }

    private static List<NextHop> ReadNextHops(ReadOnlySpan<byte> bytes)
    {
        var hops = new List<NextHop>();
        while (bytes.Length >= Unsafe.SizeOf<NextHopHeader>())
        {
            var length = MemoryMarshal.Read<NextHopHeader>(bytes).Length;
            if (length < Unsafe.SizeOf<NextHopHeader>() || length > bytes.Length)
            {
                throw new InvalidDataException($"netlink: a next hop of {length} bytes in {bytes.Length}");
            }
            var attributes = NetlinkAttributes.After(bytes[..length], out NextHopHeader header);
            IPAddress? gateway = null;
            while (attributes.MoveNext())
            {
                gateway = attributes.Type switch
                {
                    RTA_GATEWAY => attributes.Address,
                    RTA_VIA => attributes.Via,
                    _ => gateway,
                };
            }
            hops.Add(new NextHop
            {
                Gateway = gateway,
                InterfaceIndex = header.InterfaceIndex,
                OnLink = (header.Flags & RTNH_F_ONLINK) != 0,
                Weight = header.WeightMinusOne + 1,
            });
            bytes = bytes[Math.Min(NetlinkWriter.Align(length), bytes.Length)..];
        }
        return hops;
    }

    private static int ReadMtu(NetlinkAttributes metrics)
    {
        while (metrics.MoveNext())
        {
            if (metrics.Type == RTAX_MTU)
            {
                return metrics.Int32;
            }
        }
        return 0;
    }
}
