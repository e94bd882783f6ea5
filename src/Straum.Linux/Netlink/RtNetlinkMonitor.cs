using System.Threading.Channels;
using Straum.Linux.Interop;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>
/// Follows the changes in one namespace. Open it before listing: then nothing between list and events is missed, and a
/// change may be seen twice. Events wait in a bounded queue; when it or the kernel's overflows, the reader gets one
/// <see cref="NetlinkEvent.Overrun"/> in the place of what was lost.
/// </summary>
public sealed class RtNetlinkMonitor : IDisposable
{
    /// <summary>Events that wait for the reader.</summary>
    private const int QueueLength = 16 * 1024;

    /// <summary>Room in the kernel, in bytes: a link flap on a node with hundreds of routes comes in one burst.</summary>
    private const int ReceiveBuffer = 8 * 1024 * 1024;

    private readonly NetlinkSocket _socket;
    private readonly WakeableThread _thread;
    private readonly Channel<NetlinkEvent> _events = Channel.CreateUnbounded<NetlinkEvent>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly int _queueLength;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private bool _lastIsOverrun;

    private RtNetlinkMonitor(NetlinkSocket socket, int queueLength)
    {
        _socket = socket;
        _queueLength = queueLength;
        _thread = new WakeableThread("rtnetlink monitor", socket.Handle, Drain, e => _events.Writer.TryComplete(e));
    }

    /// <summary>The events in the order the kernel sent them. Completes when the monitor is disposed, or with the error that ended it.</summary>
    public ChannelReader<NetlinkEvent> Events => _events.Reader;

    /// <param name="within">The namespace to follow; <c>null</c> for the calling thread's. It may be disposed afterwards.</param>
    /// <param name="groups">What to listen to.</param>
    public static RtNetlinkMonitor Open(NetworkNamespace? within = null, NetlinkGroups groups = NetlinkGroups.All) =>
        Open(within, groups, QueueLength, ReceiveBuffer);

    /// <summary>As <see cref="Events"/>, for <c>await foreach</c>.</summary>
    public IAsyncEnumerable<NetlinkEvent> ReadAllAsync(CancellationToken cancellation = default) => Events.ReadAllAsync(cancellation);

    public void Dispose()
    {
        _thread.Dispose();
        _events.Writer.TryComplete();
        _socket.Dispose();
    }

    internal static RtNetlinkMonitor Open(NetworkNamespace? within, NetlinkGroups groups, int queueLength, int receiveBuffer)
    {
        var socket = NetlinkSocket.Open(within);
        try
        {
            socket.SetReceiveBuffer(receiveBuffer);
            Join(NetlinkGroups.Links, RTNLGRP_LINK);
            Join(NetlinkGroups.Addresses, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR);
            Join(NetlinkGroups.Routes, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE);
            Join(NetlinkGroups.Neighbors, RTNLGRP_NEIGH);
            return new RtNetlinkMonitor(socket, queueLength);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        void Join(NetlinkGroups wanted, params ReadOnlySpan<int> numbers)
        {
            foreach (var number in groups.HasFlag(wanted) ? numbers : [])
            {
                socket.SetOption(Libc.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number);
            }
        }
    }

    /// <summary>Reads until the socket is empty.</summary>
    private void Drain()
    {
        while (true)
        {
            var errno = _socket.TryReceive(_buffer, Libc.MSG_DONTWAIT, out var length);
            switch (errno)
            {
                case Errno.None:
                    Publish(_buffer.AsSpan(0, length));
                    break;
                case Errno.EAGAIN:
                    return;
                case Errno.ENOBUFS:
                    PublishOverrun();
                    break;
                default:
                    throw new LinuxException("netlink receive", "rtnetlink monitor", errno);
            }
        }
    }

    private void Publish(ReadOnlySpan<byte> datagram)
    {
        var messages = new NetlinkMessages(datagram);
        while (messages.MoveNext())
        {
            if (Read(messages.Header.Type, messages.Payload) is not { } change)
            {
                continue;
            }
            if (_events.Reader.Count >= _queueLength)
            {
                PublishOverrun();
                continue;
            }
            _lastIsOverrun = false;
            _events.Writer.TryWrite(change);
        }
    }

    /// <summary>
    /// One notice at the end of the queue covers all that is lost until something is queued behind it: the reader lists
    /// again when it gets there.
    /// </summary>
    private void PublishOverrun()
    {
        if (!_lastIsOverrun || _events.Reader.Count == 0)
        {
            _events.Writer.TryWrite(NetlinkEvent.Overrun.Instance);
            _lastIsOverrun = true;
        }
    }

    private static NetlinkEvent? Read(ushort type, ReadOnlySpan<byte> payload) => type switch
    {
        RTM_NEWLINK or RTM_DELLINK => LinkMessage.Parse(type, payload) is { } link
            ? new NetlinkEvent.LinkChanged(link, type == RTM_DELLINK) : null,
        RTM_NEWADDR or RTM_DELADDR => AddressTable.Parse(type, payload) is { } address
            ? new NetlinkEvent.AddressChanged(address, type == RTM_DELADDR) : null,
        RTM_NEWROUTE or RTM_DELROUTE => RouteMessage.Parse(type, payload) is { } route
            ? new NetlinkEvent.RouteChanged(route, type == RTM_DELROUTE) : null,
        RTM_NEWNEIGH or RTM_DELNEIGH => NeighborTable.Parse(type, payload) is { } neighbor
            ? new NetlinkEvent.NeighborChanged(neighbor, type == RTM_DELNEIGH) : null,
        _ => null,
    };
}
