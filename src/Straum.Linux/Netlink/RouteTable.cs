using System.Net;
using System.Net.Sockets;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>The routes of a namespace.</summary>
public sealed class RouteTable
{
    private readonly NetlinkConnection _connection;

    internal RouteTable(NetlinkConnection connection) => _connection = connection;

    /// <summary>Adds a route. Returns <c>false</c> when one with the same destination, metric and table exists.</summary>
    public bool Add(Route route)
    {
        var request = Write(stackalloc byte[NetlinkWriter.Capacity], RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route);
        return _connection.TryExecute(request.Finish(), "route add", new Subject(_connection, route), Errno.EEXIST);
    }

    /// <summary>Adds a route, or puts it in the place of the one with the same destination, metric and table, in one step: no packet finds neither.</summary>
    public void Replace(Route route)
    {
        var request = Write(stackalloc byte[NetlinkWriter.Capacity], RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route);
        _connection.Execute(request.Finish(), "route replace", new Subject(_connection, route));
    }

    /// <summary>
    /// Removes the first route that agrees in destination and table and in everything else that <paramref name="route"/>
    /// says. Returns <c>false</c> when there is none.
    /// </summary>
    public bool Delete(Route route)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_DELROUTE, 0);
        // The MTU is no part of a route's identity, and IPv4 would compare it.
        RouteMessage.Write(
            ref request, route with { Mtu = 0 }, RouteScope.Nowhere, RouteProtocol.Unspecified,
            (byte)(route.Type == RouteType.Unicast ? 0 : route.Type));
        return _connection.TryExecute(request.Finish(), "route delete", new Subject(_connection, route), Errno.ESRCH, Errno.ENODEV);
    }

    /// <param name="family">Of one family, or <see cref="AddressFamily.Unspecified"/> for both.</param>
    /// <param name="protocol">Of one maker, or <see cref="RouteProtocol.Unspecified"/> for all.</param>
    /// <param name="table">One table, or 0 for all. One that nobody has used yet is empty.</param>
    public IReadOnlyList<Route> List(
        AddressFamily family = AddressFamily.Unspecified, RouteProtocol protocol = RouteProtocol.Unspecified, int table = Route.MainTable)
    {
        if (family == AddressFamily.Unspecified)
        {
            // The kernel filters only dumps of one family.
            return [.. List(AddressFamily.InterNetwork, protocol, table), .. List(AddressFamily.InterNetworkV6, protocol, table)];
        }
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETROUTE, 0);
        request.Header(new RouteMessage.Header { Family = Families.Of(family), Protocol = (byte)protocol });
        if (table != 0)
        {
            request.Add(RTA_TABLE, table);
        }
        var routes = _connection.Dump(request.Finish(), ParseOwn, "route list", family.ToString(), Errno.ENOENT);
        // Filters are obeyed since Linux 4.20, but for IPv6 a dump may still hold exceptions of other makers.
        return routes.TrueForAll(Wanted) ? routes : routes.FindAll(Wanted);

        bool Wanted(Route route) =>
            (table == 0 || route.Table == table) && (protocol == RouteProtocol.Unspecified || route.Protocol == protocol);
    }

    /// <summary>The route that a packet to <paramref name="destination"/> would take. Returns <c>null</c> when there is none.</summary>
    public Route? Get(IPAddress destination)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETROUTE, 0);
        var v6 = destination.AddressFamily == AddressFamily.InterNetworkV6;
        request.Header(new RouteMessage.Header
        {
            Family = Families.Of(destination),
            DestinationLength = (byte)(v6 ? 128 : 32),
            // IPv4 names the table it looked in only when asked; IPv6 always does, and refuses the flag.
            Flags = v6 ? 0 : RTM_F_LOOKUP_TABLE,
        });
        request.AddAddress(RTA_DST, destination);
        return _connection.Get(
            request.Finish(), RouteMessage.Parse, "route get", destination.ToString(), Errno.ENETUNREACH, Errno.EHOSTUNREACH);
    }

    /// <summary>Leaves out what the kernel caches per destination.</summary>
    private static Route? ParseOwn(ushort type, ReadOnlySpan<byte> payload)
    {
        _ = NetlinkAttributes.After(payload, out RouteMessage.Header header);
        return (header.Flags & RTM_F_CLONED) != 0 ? null : RouteMessage.Parse(type, payload);
    }

    private static NetlinkWriter Write(Span<byte> buffer, ushort type, int flags, Route route)
    {
        var request = new NetlinkWriter(buffer, type, flags);
        var scope = route.Type switch
        {
            RouteType.Local => RouteScope.Host,
            RouteType.Unicast when route.Gateway is null && route.NextHops.Count == 0 => RouteScope.Link,
            _ => RouteScope.Universe,
        };
        RouteMessage.Write(ref request, route, scope, RouteProtocol.Boot, (byte)route.Type);
        return request;
    }

    // Written only when the kernel refuses: a message with an index in the place of a name sends people searching.
    private sealed class Subject(NetlinkConnection connection, Route route)
    {
        public override string ToString() => route.ToString(NameOf);

        private string NameOf(int index)
        {
            try
            {
                return new LinkTable(connection).TryGet(index, out var link) ? link.Name : $"#{index} (there is no such device)";
            }
            catch (NetlinkException)
            {
                return $"#{index}";
            }
        }
    }
}
