using System.Net;
using System.Net.Sockets;
using System.Text;
using Straum.Lab.Echo;

namespace Straum.Lab.Tests.Echo;

public sealed class EchoServerTests : IAsyncDisposable
{
    private readonly EchoServer _server = new(new EchoIdentity("echo-1", "n1"));

    public static TheoryData<ProbeProtocol, string> ProtocolsAndFamilies => new()
    {
        { ProbeProtocol.Http, "127.0.0.1" }, { ProbeProtocol.Http, "::1" },
        { ProbeProtocol.Tcp, "127.0.0.1" }, { ProbeProtocol.Tcp, "::1" },
        { ProbeProtocol.Udp, "127.0.0.1" }, { ProbeProtocol.Udp, "::1" },
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory, MemberData(nameof(ProtocolsAndFamilies))]
    public async Task Probe_EveryProtocolAndFamily_ShowsBothEnds(ProbeProtocol protocol, string address)
    {
        var report = await ProbeAsync(new(protocol, Target(protocol, address)) { Count = 3 });

        report.Errors.ShouldBeEmpty();
        report.IsComplete.ShouldBeTrue();
        report.Pods.ShouldBe(new Dictionary<string, int> { ["echo-1"] = 3 });
        report.Peer.ShouldBe(report.Target);
        var answer = report.Answer.ShouldNotBeNull();
        answer.Node.ShouldBe("n1");
        answer.Address.ShouldBe(address);
        new IPEndPoint(IPAddress.Parse(answer.Source), answer.SourcePort).ToString().ShouldBe(report.Local);
        report.Latency!.MinMicroseconds.ShouldBeInRange(1, report.Latency.P50Microseconds);
        report.Latency.P50Microseconds.ShouldBeLessThanOrEqualTo(report.Latency.MaxMicroseconds);
    }

    [Theory, MemberData(nameof(ProtocolsAndFamilies))]
    public async Task Probe_LargestAnswer_ArrivesWhole(ProbeProtocol protocol, string address)
    {
        var report = await ProbeAsync(new(protocol, Target(protocol, address)) { AnswerSize = 65507 });

        report.Errors.ShouldBeEmpty();
        report.IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.2")]
    [InlineData("::1")]
    public async Task Probe_UnconnectedUdp_IsAnsweredFromTheAddressAsked(string address)
    {
        var report = await ProbeAsync(new(ProbeProtocol.Udp, Target(ProbeProtocol.Udp, address)) { Unconnected = true, Count = 3, RequestSize = 60000 });

        report.Errors.ShouldBeEmpty();
        report.Peer.ShouldBe(report.Target);
        report.Answer!.Received.ShouldBe(60000);
    }

    [Fact]
    public async Task Probe_Source_IsWhatTheServerSees()
    {
        var report = await ProbeAsync(new(ProbeProtocol.Tcp, Target(ProbeProtocol.Tcp, "127.0.0.1")) { Source = IPAddress.Parse("127.0.0.9") });

        report.Answer!.Source.ShouldBe("127.0.0.9");
    }

    [Theory]
    [InlineData(ProbeProtocol.Http)]
    [InlineData(ProbeProtocol.Tcp)]
    [InlineData(ProbeProtocol.Udp)]
    [InlineData(ProbeProtocol.Connect)]
    public async Task Probe_NobodyListens_IsRefused(ProbeProtocol protocol)
    {
        using var taken = new Socket(protocol == ProbeProtocol.Udp ? SocketType.Dgram : SocketType.Stream, ProtocolType.Unspecified);
        taken.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        taken.Dispose();

        var report = await ProbeAsync(new(protocol, new IPEndPoint(IPAddress.IPv6Loopback, port)) { Count = 2 });

        report.Answered.ShouldBe(0);
        report.Errors.ShouldBe(new Dictionary<string, int> { ["refused"] = 2 });
    }

    [Fact]
    public async Task Probe_NobodyAnswers_TimesOut()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var report = await ProbeAsync(new(ProbeProtocol.Udp, (IPEndPoint)silent.LocalEndPoint!) { Timeout = TimeSpan.FromMilliseconds(50) });

        report.Errors.ShouldBe(new Dictionary<string, int> { ["timeout"] = 1 });
    }

    [Fact]
    public async Task Http_PipelinedRequestsAndBody_AreAnsweredInOrder()
    {
        var text = await ExchangeAsync("POST /healthz HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello" + "HEAD / HTTP/1.1\r\n\r\n" + "GET /nowhere HTTP/1.1\r\nConnection: close\r\n\r\n");

        text.Split("HTTP/1.1 ").Skip(1).Select(r => r[..3]).ShouldBe(["200", "200", "404"]);
        text.ShouldContain("\r\n\r\nok\n");
        text.ShouldNotContain("echo-1");
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public async Task Http_RequestWithoutKnownEnd_IsRefusedAndClosed(string request) =>
        (await ExchangeAsync(request)).ShouldStartWith("HTTP/1.1 400 ");

    [Fact]
    public async Task Ready_WhileDraining_SaysNoButServes()
    {
        var port = _server.ListenHttp(0);
        using var terminate = new CancellationTokenSource();
        (await GetAsync(port, "/ready")).ShouldStartWith("HTTP/1.1 200 ");

        var run = _server.RunAsync(TimeSpan.FromSeconds(5), terminate.Token);
        await terminate.CancelAsync();

        (await GetAsync(port, "/ready")).ShouldStartWith("HTTP/1.1 503 ");
        (await GetAsync(port, "/")).ShouldStartWith("HTTP/1.1 200 ");
        run.IsCompleted.ShouldBeFalse();
        await run;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task<ProbeReport> ProbeAsync(ProbeSpec spec) => EchoProbe.RunAsync(spec, Stop);

    private IPEndPoint Target(ProbeProtocol protocol, string address) => new(IPAddress.Parse(address), protocol switch
    {
        ProbeProtocol.Http => _server.ListenHttp(0),
        ProbeProtocol.Tcp => _server.ListenTcp(0),
        _ => _server.ListenUdp(0),
    });

    private Task<string> ExchangeAsync(string request) => ExchangeAsync(_server.ListenHttp(0), request);

    private static Task<string> GetAsync(int port, string path) => ExchangeAsync(port, $"GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n");

    private static async Task<string> ExchangeAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Stop);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Stop);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Stop);
    }
}
