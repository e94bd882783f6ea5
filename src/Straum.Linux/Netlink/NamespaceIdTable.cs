using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.Rtnetlink;

namespace Straum.Linux.Netlink;

/// <summary>
/// The numbers by which one network namespace knows others (<c>ip netns list-id</c>). The kernel gives them out when a device
/// of one has its peer in the other; <see cref="Link.PeerNamespaceId"/> is such a number.
/// </summary>
public sealed class NamespaceIdTable
{
    private readonly NetlinkConnection _connection;

    internal NamespaceIdTable(NetlinkConnection connection) => _connection = connection;

    /// <summary>Null when no device leads there, so that there is no number.</summary>
    public int? Find(NetworkNamespace other)
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.Capacity], RTM_GETNSID, 0);
        request.Header(new Header());
        request.Add(NETNSA_FD, (int)other.Handle.DangerousGetHandle());
        var found = _connection.Get(request.Finish(), Parse, "namespace id get", other.Path, Errno.ENOENT);
        GC.KeepAlive(other);
        return found is null || found.Value < 0 ? null : found.Value;
    }

    private static Number? Parse(ushort type, ReadOnlySpan<byte> payload)
    {
        var attributes = NetlinkAttributes.After(payload, out Header _);
        while (attributes.MoveNext())
        {
            if (attributes.Type == NETNSA_NSID)
            {
                return new Number(attributes.Int32);
            }
        }
        return null;
    }

    private sealed record Number(int Value);

    /// <summary>struct rtgenmsg</summary>
    private readonly record struct Header(byte Family);
}
