using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.PacketScheduler;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>
/// BPF classifiers in direct-action mode on clsact: how programs attach before tcx (Linux 6.6). A filter is found again by
/// device, direction, priority and handle; it stays until it is deleted, whoever holds the program.
/// </summary>
public sealed class FilterTable
{
    private const uint AnyProtocol = 3; // ETH_P_ALL

    private readonly NetlinkConnection _connection;

    internal FilterTable(NetlinkConnection connection) => _connection = connection;

    /// <summary>Attaches a program, or puts it in the place of the one there in one step.</summary>
    /// <param name="interfaceIndex">A device with clsact.</param>
    /// <param name="direction">Which packets.</param>
    /// <param name="priority">1 to 65535; the lower runs first.</param>
    /// <param name="handle">Distinguishes filters of one priority; not 0.</param>
    /// <param name="program">Descriptor of a loaded program of type SCHED_CLS.</param>
    /// <param name="name">Shown by <c>tc filter</c>.</param>
    public void Replace(int interfaceIndex, TcDirection direction, ushort priority, uint handle, SafeHandle program, string name)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_REPLACE);
        request.Header(HeaderOf(interfaceIndex, direction, priority, handle));
        request.AddString(TCA_KIND, "bpf");
        var options = request.BeginNest(TCA_OPTIONS);
        request.Add(TCA_BPF_FD, (int)program.DangerousGetHandle());
        request.AddString(TCA_BPF_NAME, name);
        request.Add(TCA_BPF_FLAGS, (uint)TCA_BPF_FLAG_ACT_DIRECT);
        request.EndNest(options);
        _connection.Execute(request.Finish(), "filter replace", Subject(interfaceIndex, direction, priority, handle));
        GC.KeepAlive(program);
    }

    /// <summary>Returns <c>false</c> when the filter, clsact or the device was not there.</summary>
    public bool Delete(int interfaceIndex, TcDirection direction, ushort priority, uint handle)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_DELTFILTER, 0);
        request.Header(HeaderOf(interfaceIndex, direction, priority, handle));
        request.AddString(TCA_KIND, "bpf");
        return _connection.TryExecute(
            request.Finish(), "filter delete", Subject(interfaceIndex, direction, priority, handle),
            Errno.ENOENT, Errno.ENODEV, Errno.EINVAL);
    }

    /// <summary>The BPF classifiers of one hook, in the order they run; none when the device has no clsact.</summary>
    public IReadOnlyList<BpfFilter> List(int interfaceIndex, TcDirection direction)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETTFILTER, 0);
        request.Header(new TcMessage { InterfaceIndex = interfaceIndex, Parent = ParentOf(direction) });
        return _connection.Dump(request.Finish(), (type, payload) => Parse(type, payload, direction), "filter list", $"#{interfaceIndex}");
    }

    /// <summary>Whether a hook has filters, of whatever kind and whoever put them there.</summary>
    public bool Any(int interfaceIndex, TcDirection direction)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETTFILTER, 0);
        request.Header(new TcMessage { InterfaceIndex = interfaceIndex, Parent = ParentOf(direction) });
        return _connection.Dump(request.Finish(), static (type, _) => type == RTM_NEWTFILTER ? "" : null, "filter list", $"#{interfaceIndex}").Count > 0;
    }

    private static BpfFilter? Parse(ushort type, ReadOnlySpan<byte> payload, TcDirection direction)
    {
        var attributes = NetlinkAttributes.After(payload, out TcMessage header);
        if (type != RTM_NEWTFILTER || header.Handle == 0)
        {
            // Handle 0 announces the chain of a priority, not a filter.
            return null;
        }
        string kind = "", name = "";
        uint program = 0, flags = 0;
        while (attributes.MoveNext())
        {
            if (attributes.Type == TCA_KIND)
            {
                kind = attributes.Text;
            }
            else if (attributes.Type == TCA_OPTIONS && kind == "bpf")
            {
                var options = attributes.Nested;
                while (options.MoveNext())
                {
                    switch (options.Type)
                    {
                        case TCA_BPF_NAME: name = options.Text; break;
                        case TCA_BPF_ID: program = options.UInt32; break;
                        case TCA_BPF_FLAGS: flags = options.UInt32; break;
                    }
                }
            }
        }
        return kind != "bpf" ? null : new BpfFilter
        {
            InterfaceIndex = header.InterfaceIndex,
            Direction = direction,
            Priority = (int)(header.Info >> 16),
            Handle = header.Handle,
            Name = name,
            ProgramId = program,
            IsDirectAction = (flags & TCA_BPF_FLAG_ACT_DIRECT) != 0,
        };
    }

    private static TcMessage HeaderOf(int interfaceIndex, TcDirection direction, ushort priority, uint handle) => new()
    {
        InterfaceIndex = interfaceIndex,
        Handle = handle,
        Parent = ParentOf(direction),
        // Priority in host order above, protocol in network order below.
        Info = ((uint)priority << 16) | BinaryPrimitives.ReverseEndianness((ushort)AnyProtocol),
    };

    private static uint ParentOf(TcDirection direction) =>
        (TC_H_CLSACT & 0xFFFF0000) | (direction == TcDirection.Ingress ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);

    private static string Subject(int interfaceIndex, TcDirection direction, ushort priority, uint handle) =>
        $"#{interfaceIndex} {direction.ToString().ToLowerInvariant()} pref {priority} handle 0x{handle:x}";
}
