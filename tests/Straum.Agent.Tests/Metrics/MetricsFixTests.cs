using System.Net.Sockets;
using Straum.Agent.Configuration;
using Straum.Agent.Metrics;

namespace Straum.Agent.Tests.Metrics;

public sealed class MetricsFixTests
{
    [Theory]
    [InlineData(SocketError.AddressNotAvailable, "Write an address that this node has.")]
    [InlineData(SocketError.AddressFamilyNotSupported, "no IPv6")]
    [InlineData(SocketError.AccessDenied, "net.ipv4.ip_unprivileged_port_start")]
    [InlineData(SocketError.TooManyOpenSockets, "LimitNOFILE")]
    [InlineData(SocketError.NoBufferSpaceAvailable, "tried again")]
    public void Fix_IsOfTheRefusal(SocketError refusal, string fix) =>
        MetricsServer.FixOf(new SocketException((int)refusal), new ListenPoint(null, 9962)).ShouldContain(fix);
}
