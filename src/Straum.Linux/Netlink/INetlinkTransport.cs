namespace Straum.Linux.Netlink;

/// <summary>Carries datagrams to and from the kernel. Tests put a function in its place.</summary>
internal interface INetlinkTransport : IDisposable
{
    void Send(ReadOnlySpan<byte> message);

    /// <summary>Blocks for the next datagram and returns its length.</summary>
    int Receive(Span<byte> buffer);
}
