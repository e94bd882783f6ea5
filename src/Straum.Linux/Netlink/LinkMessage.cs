using Straum.Linux.Interop;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.IfLink;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>RTM_*LINK messages: struct ifinfomsg and IFLA_* attributes.</summary>
internal static class LinkMessage
{
    /// <summary>struct ifinfomsg</summary>
    internal struct Header
    {
        public byte Family;
        public byte Padding;
        public ushort DeviceType;
        public int Index;
        public uint Flags;
        public uint Change;
    }

    public static Link? Parse(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type is not (RTM_NEWLINK or RTM_DELLINK))
        {
            return null;
        }
        var attributes = NetlinkAttributes.After(payload, out Header header);
        if (header.Family != Libc.AF_UNSPEC)
        {
            // Bridge ports and IPv6 settings are announced in messages of their own family, with other attributes.
            return null;
        }
        var link = new Fields();
        while (attributes.MoveNext())
        {
            link.Read(attributes);
        }
        return link.Build(header);
    }

    /// <summary>What has been read so far: a message is read in one pass.</summary>
    private ref struct Fields()
    {
        private string _name = "", _kind = "";
        private MacAddress? _mac;
        private int _mtu, _master, _parent, _queues, _gso, _gro;
        private int? _peerNamespace;
        private OperationalState _state;
        private LinkStatistics _statistics;
        private VxlanSettings? _vxlan;
        private GeneveSettings? _geneve;
        private uint _xdp;

        public void Read(NetlinkAttributes attribute)
        {
            switch (attribute.Type)
            {
                case IFLA_IFNAME: _name = attribute.Text; break;
                case IFLA_ADDRESS: _mac = attribute.Mac; break;
                case IFLA_MTU: _mtu = attribute.Int32; break;
                case IFLA_MASTER: _master = attribute.Int32; break;
                case IFLA_LINK: _parent = attribute.Int32; break;
                case IFLA_LINK_NETNSID: _peerNamespace = attribute.Int32; break;
                case IFLA_OPERSTATE: _state = (OperationalState)attribute.Byte; break;
                case IFLA_NUM_TX_QUEUES: _queues = attribute.Int32; break;
                case IFLA_GSO_MAX_SIZE: _gso = attribute.Int32; break;
                case IFLA_GRO_MAX_SIZE: _gro = attribute.Int32; break;
                case IFLA_STATS64: _statistics = attribute.Read<LinkStatistics>(); break;
                case IFLA_XDP: _xdp = ReadXdp(attribute.Nested); break;
                case IFLA_LINKINFO: ReadInfo(attribute.Nested); break;
            }
        }

        public readonly Link Build(Header header) => new()
        {
            Index = header.Index,
            Flags = (LinkFlags)header.Flags,
            Name = _name,
            Kind = _kind,
            MacAddress = _mac,
            Mtu = _mtu,
            MasterIndex = _master,
            // Loopback and tunnels name themselves as their own parent.
            ParentIndex = _parent == header.Index && _peerNamespace is null ? 0 : _parent,
            PeerNamespaceId = _peerNamespace,
            OperationalState = _state,
            TransmitQueues = _queues,
            GsoMaxSize = _gso,
            GroMaxSize = _gro,
            Statistics = _statistics,
            Vxlan = _vxlan,
            Geneve = _geneve,
            XdpProgramId = _xdp,
        };

        private static uint ReadXdp(NetlinkAttributes xdp)
        {
            while (xdp.MoveNext())
            {
                if (xdp.Type == IFLA_XDP_PROG_ID)
                {
                    return xdp.UInt32;
                }
            }
            return 0;
        }

        private void ReadInfo(NetlinkAttributes info)
        {
            while (info.MoveNext())
            {
                switch (info.Type)
                {
                    case IFLA_INFO_KIND: _kind = info.Text; break;
                    case IFLA_INFO_DATA when _kind == "vxlan": _vxlan = ReadVxlan(info.Nested); break;
                    case IFLA_INFO_DATA when _kind == "geneve": _geneve = ReadGeneve(info.Nested); break;
                }
            }
        }

        private static GeneveSettings ReadGeneve(NetlinkAttributes data)
        {
            var settings = new GeneveSettings();
            while (data.MoveNext())
            {
                settings = data.Type switch
                {
                    // A flag: it is there or not, and empty.
                    IFLA_GENEVE_COLLECT_METADATA => settings with { External = true },
                    IFLA_GENEVE_REMOTE or IFLA_GENEVE_REMOTE6 => settings with { Remote = data.Address },
                    _ => settings,
                };
            }
            return settings;
        }

        private static VxlanSettings ReadVxlan(NetlinkAttributes data)
        {
            var settings = new VxlanSettings { Port = 0 };
            while (data.MoveNext())
            {
                settings = data.Type switch
                {
                    IFLA_VXLAN_ID => settings with { Vni = data.UInt32 },
                    IFLA_VXLAN_COLLECT_METADATA => settings with { External = data.Byte != 0 },
                    IFLA_VXLAN_LEARNING => settings with { Learning = data.Byte != 0 },
                    IFLA_VXLAN_PORT => settings with { Port = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(data.UInt16) },
                    IFLA_VXLAN_GROUP or IFLA_VXLAN_GROUP6 => settings with { Remote = data.Address },
                    IFLA_VXLAN_LOCAL or IFLA_VXLAN_LOCAL6 => settings with { Local = data.Address },
                    IFLA_VXLAN_LINK => settings with { UnderlayIndex = data.Int32 },
                    IFLA_VXLAN_UDP_ZERO_CSUM6_TX => settings with { ZeroChecksum6 = data.Byte != 0 },
                    _ => settings,
                };
            }
            return settings;
        }
    }
}
