using System.Net;
using System.Net.Sockets;
using Straum.Linux;

namespace Straum.Doctor.Hosts;

public sealed class LinuxHostTests : IDisposable
{
    private static readonly Uri Page = new("http://127.0.0.1:10249/proxyMode");

    private readonly TestNamespace _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Get_NobodyListens_IsNullHoweverBusyTheMachineIs()
    {
        using var host = new LinuxHost(new DoctorOptions(), NetworkNamespace.Open(_node.Name)) { Patience = TimeSpan.FromTicks(1) };
        (await host.GetAsync(Page, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task Get_OneListensAndSaysNothing_IsToldAfterTheTimeItHad()
    {
        using var server = Listen();
        using var host = new LinuxHost(new DoctorOptions(), NetworkNamespace.Open(_node.Name)) { Patience = TimeSpan.FromTicks(1) };
        (await Should.ThrowAsync<IOException>(() => host.GetAsync(Page, TestContext.Current.CancellationToken)))
            .Message.ShouldBe("http://127.0.0.1:10249/proxyMode: no answer within 0 s");
    }

    [Fact]
    public async Task Get_OneOfItsOwnNamespaceListens_IsWhatItSays()
    {
        using var server = Listen();
        using var host = new LinuxHost(new DoctorOptions(), NetworkNamespace.Open(_node.Name));
        var answer = host.GetAsync(Page, TestContext.Current.CancellationToken);
        using (var client = await server.AcceptAsync(TestContext.Current.CancellationToken))
        {
            await client.ReceiveAsync(new byte[4096], TestContext.Current.CancellationToken);
            client.Send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\niptables"u8);
            (await answer).ShouldBe("iptables");
        }
    }

    [Theory]
    // What Go's servers say to those who speak HTTP where TLS is wanted; and the alert of others (RFC 8446 section 6).
    [InlineData("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")]
    [InlineData("\u0015\u0003\u0001\u0000\u0002\u0002\u0028")]
    public async Task Get_OneListensThatWantsTls_IsNotTakenForAbsence(string says)
    {
        using var server = Listen();
        using var host = new LinuxHost(new DoctorOptions(), NetworkNamespace.Open(_node.Name));
        var answer = host.GetAsync(Page, TestContext.Current.CancellationToken);
        using (var client = await server.AcceptAsync(TestContext.Current.CancellationToken))
        {
            await client.ReceiveAsync(new byte[4096], TestContext.Current.CancellationToken);
            client.Send(System.Text.Encoding.Latin1.GetBytes(says));
        }
        await Should.ThrowAsync<HttpRequestException>(() => answer);
    }

    [Theory]
    [InlineData("/proc/sys/net/ipv4/route/flush", true)]
    [InlineData("/proc/sys/net/ipv6/conf/default/stable_secret", true)]
    [InlineData("/proc/sys/net/ipv4/conf/straum-t-gone/forwarding", false)]
    public void Exists_OfWhatHasNoValueToRead(string path, bool exists)
    {
        using var host = new LinuxHost(new DoctorOptions(), NetworkNamespace.Open(_node.Name));
        host.Network.Exists(path).ShouldBe(exists);
    }

    [Fact]
    public async Task AskAgent_SocketOfOneThatIsGone_IsNull()
    {
        var path = $"/run/straum-t-{Guid.NewGuid():N}.sock";
        try
        {
            using (var gone = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                gone.Bind(new UnixDomainSocketEndPoint(path));
                // The runtime removes the file of a socket that ends; one whose agent was killed stays.
                File.Move(path, path + ".gone");
            }
            File.Move(path + ".gone", path);
            using var host = new LinuxHost(new DoctorOptions { AgentSocket = path }, NetworkNamespace.Open(_node.Name));
            (await host.AskAgentAsync("status", TestContext.Current.CancellationToken)).ShouldBeNull();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private Socket Listen() => _node.Namespace.Run(static () =>
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, Page.Port));
        server.Listen();
        return server;
    });
}
