using System.Net;
using System.Net.Sockets;
using Straum.Linux.Interop;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.FibRules;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>The policy routing rules of a namespace.</summary>
public sealed class RuleTable
{
    private readonly NetlinkConnection _connection;

    internal RuleTable(NetlinkConnection connection) => _connection = connection;

    /// <summary>struct fib_rule_hdr</summary>
    internal struct Header
    {
        public byte Family;
        public byte DestinationLength;
        public byte SourceLength;
        public byte TypeOfService;
        public byte Table;
        public byte Reserved1;
        public byte Reserved2;
        public byte Action;
        public uint Flags;
    }

    /// <summary>Adds a rule. Returns <c>false</c> when the same rule exists.</summary>
    public bool Add(RoutingRule rule)
    {
        var request = Write(stackalloc byte[NetlinkWriter.Capacity], RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
        return _connection.TryExecute(request.Finish(), "rule add", rule.ToString(), Errno.EEXIST);
    }

    /// <summary>Removes a rule that agrees with all that <paramref name="rule"/> says. Returns <c>false</c> when there is none.</summary>
    public bool Delete(RoutingRule rule)
    {
        var request = Write(stackalloc byte[NetlinkWriter.Capacity], RTM_DELRULE, 0, rule);
        return _connection.TryExecute(request.Finish(), "rule delete", rule.ToString(), Errno.ENOENT);
    }

    /// <param name="family">Of one family, or <see cref="AddressFamily.Unspecified"/> for both.</param>
    public IReadOnlyList<RoutingRule> List(AddressFamily family = AddressFamily.Unspecified)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETRULE, 0);
        request.Header(new Header { Family = Families.Of(family) });
        return _connection.Dump(request.Finish(), Parse, "rule list", "");
    }

    internal static RoutingRule? Parse(ushort type, ReadOnlySpan<byte> payload)
    {
        var attributes = NetlinkAttributes.After(payload, out Header header);
        if (type != RTM_NEWRULE || header.Family is not (Libc.AF_INET or Libc.AF_INET6))
        {
            return null;
        }
        IPAddress from = Families.Any(header.Family), to = from;
        int priority = 0, table = header.Table;
        uint? mark = null;
        uint mask = uint.MaxValue;
        string? input = null, output = null;
        var protocol = RouteProtocol.Unspecified;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case FRA_SRC: from = attributes.Address; break;
                case FRA_DST: to = attributes.Address; break;
                case FRA_PRIORITY: priority = attributes.Int32; break;
                case FRA_TABLE: table = attributes.Int32; break;
                case FRA_FWMARK: mark = attributes.UInt32; break;
                case FRA_FWMASK: mask = attributes.UInt32; break;
                case FRA_IIFNAME: input = attributes.Text; break;
                case FRA_OIFNAME: output = attributes.Text; break;
                case FRA_PROTOCOL: protocol = (RouteProtocol)attributes.Byte; break;
            }
        }
        return new RoutingRule
        {
            Family = header.Family == Libc.AF_INET6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork,
            Priority = priority,
            Table = table,
            From = header.SourceLength > 0 ? Families.Network(from, header.SourceLength) : null,
            To = header.DestinationLength > 0 ? Families.Network(to, header.DestinationLength) : null,
            // The kernel sends a zero mark with a zero mask for rules that do not look at marks.
            Mark = mask == 0 ? null : mark,
            MarkMask = mask == 0 || mark is null ? uint.MaxValue : mask,
            InputInterface = input,
            OutputInterface = output,
            Protocol = protocol,
            Type = (RouteType)header.Action,
        };
    }

    private static NetlinkWriter Write(Span<byte> buffer, ushort type, int flags, RoutingRule rule)
    {
        var request = new NetlinkWriter(buffer, type, flags);
        request.Header(new Header
        {
            Family = Families.Of(rule.Family),
            SourceLength = (byte)(rule.From?.PrefixLength ?? 0),
            DestinationLength = (byte)(rule.To?.PrefixLength ?? 0),
            Table = rule.Type == RouteType.Unicast && rule.Table <= byte.MaxValue ? (byte)rule.Table : RT_TABLE_UNSPEC,
            // The actions of rules and the types of routes share their numbers.
            Action = (byte)rule.Type,
        });
        request.Add(FRA_PRIORITY, rule.Priority);
        if (rule.Type == RouteType.Unicast)
        {
            request.Add(FRA_TABLE, rule.Table);
        }
        if (rule.From is { } from)
        {
            request.AddAddress(FRA_SRC, from.BaseAddress);
        }
        if (rule.To is { } to)
        {
            request.AddAddress(FRA_DST, to.BaseAddress);
        }
        if (rule.Mark is { } mark)
        {
            request.Add(FRA_FWMARK, mark);
            request.Add(FRA_FWMASK, rule.MarkMask);
        }
        if (rule.InputInterface is { } input)
        {
            request.AddString(FRA_IIFNAME, input);
        }
        if (rule.OutputInterface is { } output)
        {
            request.AddString(FRA_OIFNAME, output);
        }
        if (rule.Protocol != RouteProtocol.Unspecified)
        {
            request.Add(FRA_PROTOCOL, (byte)rule.Protocol);
        }
        return request;
    }
}
