using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.PacketScheduler;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>Queueing disciplines: read all, write only clsact, the anchor of BPF filters on kernels before tcx (Linux 6.6).</summary>
public sealed class QdiscTable
{
    private readonly NetlinkConnection _connection;

    internal QdiscTable(NetlinkConnection connection) => _connection = connection;

    /// <summary>Of all devices.</summary>
    public IReadOnlyList<Qdisc> List()
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETQDISC, 0);
        request.Header(new TcMessage());
        return _connection.Dump(request.Finish(), Parse, "qdisc list", "");
    }

    /// <summary>
    /// Puts clsact on a device. Returns <c>false</c> when it was there. What is sent by a device that is up is dropped
    /// meanwhile, uncounted by anyone, as when it is deleted: the kernel (qdisc_graft, as of Linux 6.18) puts queues that drop
    /// in the place of the device's for a grace period.
    /// </summary>
    /// <exception cref="NetlinkException">EEXIST-like refusals when another discipline holds the ingress hook.</exception>
    public bool EnsureClsact(int interfaceIndex)
    {
        var request = Write(stackalloc byte[NetlinkWriter.Capacity], RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, interfaceIndex);
        return _connection.TryExecute(request.Finish(), "qdisc add clsact", $"#{interfaceIndex}", Errno.EEXIST);
    }

    /// <summary>
    /// Takes clsact, and with it every filter on it, off the device. Returns <c>false</c> when it, or the device, was not there.
    /// What is sent by a device that is up is dropped meanwhile, see <see cref="EnsureClsact"/>.
    /// </summary>
    public bool DeleteClsact(int interfaceIndex)
    {
        var request = Write(stackalloc byte[NetlinkWriter.Capacity], RTM_DELQDISC, 0, interfaceIndex);
        return _connection.TryExecute(
            request.Finish(), "qdisc delete clsact", $"#{interfaceIndex}", Errno.ENOENT, Errno.ENODEV, Errno.EINVAL);
    }

    private static Qdisc? Parse(ushort type, ReadOnlySpan<byte> payload)
    {
        if (type != RTM_NEWQDISC)
        {
            return null;
        }
        var attributes = NetlinkAttributes.After(payload, out TcMessage header);
        while (attributes.MoveNext())
        {
            if (attributes.Type == TCA_KIND)
            {
                return new Qdisc(header.InterfaceIndex, attributes.Text, header.Parent == TC_H_ROOT);
            }
        }
        return null;
    }

    private static NetlinkWriter Write(Span<byte> buffer, ushort type, int flags, int interfaceIndex)
    {
        var request = new NetlinkWriter(buffer, type, flags);
        // clsact always has the handle ffff:.
        request.Header(new TcMessage { InterfaceIndex = interfaceIndex, Handle = 0xFFFF0000, Parent = TC_H_CLSACT });
        request.AddString(TCA_KIND, "clsact");
        return request;
    }
}
