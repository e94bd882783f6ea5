using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Straum.Linux.Interop;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.IfLink;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>
/// The network devices of a namespace: reading and changing them. Making them is in <c>LinkTable.Create.cs</c>.
/// To add a setting: write it here, read it back in <see cref="LinkMessage"/>, test both in <c>LinkTableTests</c>.
/// </summary>
public sealed partial class LinkTable
{
    private readonly NetlinkConnection _connection;

    internal LinkTable(NetlinkConnection connection) => _connection = connection;

    public IReadOnlyList<Link> List()
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETLINK, 0);
        request.Header(new LinkMessage.Header());
        return _connection.Dump(request.Finish(), LinkMessage.Parse, "link list", "");
    }

    public bool TryGet(string name, [NotNullWhen(true)] out Link? link)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETLINK, 0);
        request.Header(new LinkMessage.Header());
        request.AddString(IFLA_IFNAME, CheckedName(name));
        link = _connection.Get(request.Finish(), LinkMessage.Parse, "link get", name, Errno.ENODEV);
        return link is not null;
    }

    public bool TryGet(int index, [NotNullWhen(true)] out Link? link)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETLINK, 0);
        request.Header(new LinkMessage.Header { Index = index });
        link = _connection.Get(request.Finish(), LinkMessage.Parse, "link get", Subject(index), Errno.ENODEV);
        return link is not null;
    }

    /// <exception cref="LinuxException">ENODEV when there is no such device.</exception>
    public Link Get(string name) => TryGet(name, out var link) ? link : throw new LinuxException("link get", name, Errno.ENODEV);

    public Link Get(int index) => TryGet(index, out var link) ? link : throw new LinuxException("link get", Subject(index), Errno.ENODEV);

    public void SetUp(int index) => SetFlags(index, IFF_UP, "link set up");

    /// <summary>Takes the device down. The kernel then forgets its routes, and its IPv6 addresses too.</summary>
    public void SetDown(int index) => SetFlags(index, 0, "link set down");

    /// <summary>Tells the kernel to resolve no neighbours on the device: packets go out without being asked for.</summary>
    public void SetNoArp(int index) => SetFlags(index, IFF_NOARP, "link set arp off", IFF_NOARP);

    public void SetMtu(int index, int mtu) => Set(index, IFLA_MTU, mtu, "link set mtu");

    /// <summary>Puts the device into a bridge or other master; 0 takes it out.</summary>
    public void SetMaster(int index, int masterIndex) => Set(index, IFLA_MASTER, masterIndex, "link set master");

    /// <summary>Moves the device away. Its addresses and routes are lost, its index may change.</summary>
    public void SetNamespace(int index, NetworkNamespace destination)
    {
        Set(index, IFLA_NET_NS_FD, (int)destination.Handle.DangerousGetHandle(), "link set netns");
        GC.KeepAlive(destination);
    }

    /// <summary>Renames the device; before Linux 6.2 it must be down.</summary>
    public void SetName(int index, string name)
    {
        var request = Change(stackalloc byte[NetlinkWriter.Capacity], index);
        request.AddString(IFLA_IFNAME, CheckedName(name));
        _connection.Execute(request.Finish(), "link set name", $"{Subject(index)} {name}");
    }

    public void SetMac(int index, MacAddress address)
    {
        var request = Change(stackalloc byte[NetlinkWriter.Capacity], index);
        request.AddMac(IFLA_ADDRESS, address);
        _connection.Execute(request.Finish(), "link set address", $"{Subject(index)} {address}");
    }

    /// <summary>Stops the kernel from giving the device an IPv6 link-local address of its own when it comes up.</summary>
    public void SetAddrGenModeNone(int index)
    {
        var request = Change(stackalloc byte[NetlinkWriter.Capacity], index);
        var families = request.BeginNest(IFLA_AF_SPEC);
        var inet6 = request.BeginNest(Libc.AF_INET6);
        request.Add(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
        request.EndNest(inet6);
        request.EndNest(families);
        _connection.Execute(request.Finish(), "link set addrgenmode none", Subject(index));
    }

    /// <summary>
    /// Sets how large the packets may be that segmentation offload and receive aggregation handle, in bytes. Above 64 KiB
    /// ("BIG TCP", since Linux 5.19) only IPv6 follows.
    /// </summary>
    public void SetAggregation(int index, int gsoMaxSize, int groMaxSize)
    {
        var request = Change(stackalloc byte[NetlinkWriter.Capacity], index);
        request.Add(IFLA_GSO_MAX_SIZE, gsoMaxSize);
        request.Add(IFLA_GRO_MAX_SIZE, groMaxSize);
        _connection.Execute(request.Finish(), "link set gso/gro size", Subject(index));
    }

    /// <summary>Removes the device (a veth with its peer). Returns <c>false</c> when it was not there.</summary>
    public bool Delete(int index)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_DELLINK, 0);
        request.Header(new LinkMessage.Header { Index = index });
        return _connection.TryExecute(request.Finish(), "link delete", Subject(index), Errno.ENODEV);
    }

    /// <inheritdoc cref="Delete(int)"/>
    public bool Delete(string name)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_DELLINK, 0);
        request.Header(new LinkMessage.Header());
        request.AddString(IFLA_IFNAME, CheckedName(name));
        return _connection.TryExecute(request.Finish(), "link delete", name, Errno.ENODEV);
    }

    private static string Subject(int index) => $"#{index}";

    /// <summary>The kernel cuts or refuses longer names with an error that names nothing.</summary>
    private static string CheckedName(string name) => System.Text.Encoding.UTF8.GetByteCount(name) is > 0 and < 16
        ? name
        : throw new ArgumentException($"'{name}' cannot name a network device: 1 to 15 bytes", nameof(name));

    private static NetlinkWriter Change(Span<byte> buffer, int index)
    {
        // RTM_NEWLINK without NLM_F_CREATE changes an existing device, and unlike RTM_SETLINK it knows every attribute.
        var request = new NetlinkWriter(buffer, RTM_NEWLINK, 0);
        request.Header(new LinkMessage.Header { Index = index });
        return request;
    }

    private void Set(int index, ushort attribute, int value, string operation)
    {
        var request = Change(stackalloc byte[NetlinkWriter.Capacity], index);
        request.Add(attribute, value);
        _connection.Execute(request.Finish(), operation, $"{Subject(index)} {value}");
    }

    private void SetFlags(int index, uint flags, string operation, uint change = IFF_UP)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_NEWLINK, 0);
        request.Header(new LinkMessage.Header { Index = index, Flags = flags, Change = change });
        _connection.Execute(request.Finish(), operation, Subject(index));
    }
}
