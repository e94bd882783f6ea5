using System.Net;
using System.Net.Sockets;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.IfAddr;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>The IP addresses of a namespace.</summary>
public sealed class AddressTable
{
    private readonly NetlinkConnection _connection;

    internal AddressTable(NetlinkConnection connection) => _connection = connection;

    /// <summary>struct ifaddrmsg</summary>
    internal struct Header
    {
        public byte Family;
        public byte PrefixLength;
        public byte Flags;
        public byte Scope;
        public uint Index;
    }

    /// <summary>Adds an address. Returns <c>false</c> when the device has it already.</summary>
    /// <param name="interfaceIndex">The device.</param>
    /// <param name="address">IPv4 or IPv6.</param>
    /// <param name="prefixLength">Bits of the attached network; the kernel adds a route to it.</param>
    /// <param name="scope"><see cref="RouteScope.Link"/> keeps an IPv4 address from being chosen as source for other networks.</param>
    /// <param name="noDad">IPv6: usable at once, without duplicate address detection.</param>
    /// <param name="noPrefixRoute">Do not add the route to the attached network.</param>
    public bool Add(
        int interfaceIndex, IPAddress address, int prefixLength,
        RouteScope scope = RouteScope.Universe, bool noDad = false, bool noPrefixRoute = false)
    {
        var flags = (noDad ? IFA_F_NODAD : 0) | (noPrefixRoute ? IFA_F_NOPREFIXROUTE : 0);
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
        request.Header(HeaderOf(interfaceIndex, address, prefixLength, scope));
        request.AddAddress(IFA_LOCAL, address);
        request.AddAddress(IFA_ADDRESS, address);
        request.Add(IFA_FLAGS, flags);
        return _connection.TryExecute(request.Finish(), "address add", Subject(interfaceIndex, address, prefixLength), Errno.EEXIST);
    }

    /// <summary>Removes an address. Returns <c>false</c> when the device, or the address on it, was not there.</summary>
    public bool Delete(int interfaceIndex, IPAddress address, int prefixLength)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_DELADDR, 0);
        request.Header(HeaderOf(interfaceIndex, address, prefixLength, RouteScope.Universe));
        request.AddAddress(IFA_LOCAL, address);
        request.AddAddress(IFA_ADDRESS, address);
        return _connection.TryExecute(
            request.Finish(), "address delete", Subject(interfaceIndex, address, prefixLength), Errno.EADDRNOTAVAIL, Errno.ENODEV);
    }

    /// <param name="interfaceIndex">Of one device, or 0 for all.</param>
    /// <param name="family">Of one family, or <see cref="AddressFamily.Unspecified"/> for both.</param>
    public IReadOnlyList<InterfaceAddress> List(int interfaceIndex = 0, AddressFamily family = AddressFamily.Unspecified)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETADDR, 0);
        request.Header(new Header { Family = Families.Of(family), Index = (uint)interfaceIndex });
        return _connection.Dump(request.Finish(), Parse, "address list", interfaceIndex == 0 ? "" : $"#{interfaceIndex}");
    }

    internal static InterfaceAddress? Parse(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type is not (RTM_NEWADDR or RTM_DELADDR))
        {
            return null;
        }
        var attributes = NetlinkAttributes.After(payload, out Header header);
        IPAddress? local = null, address = null;
        uint flags = header.Flags;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case IFA_LOCAL: local = attributes.Address; break;
                case IFA_ADDRESS: address = attributes.Address; break;
                case IFA_FLAGS: flags = attributes.UInt32; break;
            }
        }
        // IFA_ADDRESS is the peer where there is one; IPv6 leaves IFA_LOCAL out where there is none.
        if ((local ?? address) is not { } own)
        {
            return null;
        }
        return new InterfaceAddress
        {
            InterfaceIndex = (int)header.Index,
            Address = own,
            PrefixLength = header.PrefixLength,
            Peer = own.Equals(address) ? null : address,
            Scope = (RouteScope)header.Scope,
            IsTentative = (flags & IFA_F_TENTATIVE) != 0,
            IsDuplicate = (flags & IFA_F_DADFAILED) != 0,
        };
    }

    private static Header HeaderOf(int interfaceIndex, IPAddress address, int prefixLength, RouteScope scope) => new()
    {
        Family = Families.Of(address),
        PrefixLength = (byte)prefixLength,
        Scope = (byte)scope,
        Index = (uint)interfaceIndex,
    };

    private static string Subject(int interfaceIndex, IPAddress address, int prefixLength) => $"{address}/{prefixLength} #{interfaceIndex}";
}
