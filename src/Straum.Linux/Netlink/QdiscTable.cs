using Straum.Linux.Bpf;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NetlinkHeader;
using static Straum.Linux.Interop.PacketScheduler;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>Queueing disciplines: read all, write clsact, the anchor of BPF filters on kernels before tcx (Linux 6.6), and try whether there is fq.</summary>
public sealed class QdiscTable
{
    private readonly NetlinkConnection _connection;

    /// <summary>The discipline fq, which some kernels are built without. Root is told for certain.</summary>
    public static Feature FairQueueing { get; } = new("fq", new Version(3, 12), ProbeFairQueueing);

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

    /// <summary>Gives a device a discipline of its own, with its defaults.</summary>
    /// <exception cref="NetlinkException">ENOENT when the kernel knows no such kind and finds no module for it.</exception>
    internal void ReplaceRoot(int interfaceIndex, string kind)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE);
        request.Header(new TcMessage { InterfaceIndex = interfaceIndex, Parent = TC_H_ROOT });
        request.AddString(TCA_KIND, kind);
        _connection.Execute(request.Finish(), $"qdisc replace root {kind}", $"#{interfaceIndex}");
    }

    /// <summary>Modules are listed; what is built in is tried, on the loopback device of a namespace that ends with the trial.</summary>
    private static FeatureSupport ProbeFairQueueing()
    {
        const int Loopback = 1;
        if (File.Exists("/proc/sys/kernel/osrelease") && $"/lib/modules/{File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}/modules.dep" is var modules
            && File.Exists(modules) && File.ReadLines(modules).Any(static l => l.Split(':')[0].Contains("/sch_fq.ko", StringComparison.Ordinal)))
        {
            return FeatureSupport.Supported;
        }
        try
        {
            using var space = NetworkNamespace.CreateUnnamed();
            using var net = RtNetlink.Open(space);
            net.Qdiscs.ReplaceRoot(Loopback, "fq");
            return FeatureSupport.Supported;
        }
        catch (LinuxException e)
        {
            return e is NetlinkException { Errno: Errno.ENOENT } ? FeatureSupport.NotSupported : FeatureSupport.Unknown;
        }
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
