namespace Straum.Linux.Netlink;

/// <summary>
/// The network configuration of one namespace over rtnetlink(7). Every call is one or two exchanges with the kernel and
/// returns when the change is in force. Safe for use from several threads, which then take turns.
/// </summary>
public sealed class RtNetlink : IDisposable
{
    private readonly NetlinkConnection _connection;

    internal RtNetlink(INetlinkTransport transport)
    {
        _connection = new NetlinkConnection(transport);
        Links = new LinkTable(_connection);
        Addresses = new AddressTable(_connection);
        Routes = new RouteTable(_connection);
        Neighbors = new NeighborTable(_connection);
        Rules = new RuleTable(_connection);
        Qdiscs = new QdiscTable(_connection);
        Filters = new FilterTable(_connection);
        Namespaces = new NamespaceIdTable(_connection);
    }

    public LinkTable Links { get; }

    public AddressTable Addresses { get; }

    public RouteTable Routes { get; }

    public NeighborTable Neighbors { get; }

    public RuleTable Rules { get; }

    public QdiscTable Qdiscs { get; }

    public FilterTable Filters { get; }

    public NamespaceIdTable Namespaces { get; }

    /// <summary>Opens a socket in <paramref name="within"/>, or in the calling thread's namespace. The namespace may be disposed afterwards.</summary>
    public static RtNetlink Open(NetworkNamespace? within = null) => new(NetlinkSocket.Open(within));

    public void Dispose() => _connection.Dispose();
}
