using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Agent.Configuration;
using Straum.Agent.Metrics;
using Straum.Kubernetes.Support;

namespace Straum.Agent.Tests.Metrics;

public sealed class MetricsServerTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(1));
    private readonly HttpClient _http = new();
    private Task _running = Task.CompletedTask;
    private int _reads;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(_running);
        _http.Dispose();
        _stop.Dispose();
        _limit.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "[::1]")]
    [InlineData(null, "127.0.0.1")]
    [InlineData(null, "[::1]")]
    public async Task Metrics_AreServed_OnTheAddressesOfTheConfiguration(string? listen, string ask)
    {
        var server = Start(listen is null ? null : IPAddress.Parse(listen), out var port);

        using var answer = await AskAsync($"http://{ask}:{port}/metrics");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe(MetricsText.ContentType);
        (await answer.Content.ReadAsStringAsync(_stop.Token)).ShouldStartWith("read ");
        server.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task AnythingElse_IsNotThere()
    {
        Start(IPAddress.Loopback, out var port);
        (await AskAsync($"http://127.0.0.1:{port}/metrics")).Dispose();

        foreach (var path in (string[])["", "v1/status", "v1/pods", "cni", "metrics/x"])
        {
            using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{port}/{path}"), _stop.Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }
        using var content = new StringContent("x");
        using var post = await _http.PostAsync(new Uri($"http://127.0.0.1:{port}/metrics"), content, _stop.Token);
        post.IsSuccessStatusCode.ShouldBeFalse();
    }

    [Fact]
    public async Task Metrics_ThatManyAskFor_AreMadeOnce()
    {
        Start(IPAddress.Loopback, out var port);
        (await AskAsync($"http://127.0.0.1:{port}/metrics")).Dispose();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => (await _http.GetAsync(new Uri($"http://127.0.0.1:{port}/metrics"), _stop.Token)).Dispose()));

        _reads.ShouldBe(1, "the clock of the test stands still once the server listens");
    }

    [Fact]
    public async Task Metrics_ThatCannotBeRead_AreTriedOnceForAll()
    {
        Start(IPAddress.Loopback, out var port, () => throw new InvalidOperationException("no table"));

        (await AskAsync($"http://127.0.0.1:{port}/metrics")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await AskAsync($"http://127.0.0.1:{port}/metrics")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);

        _reads.ShouldBe(1);
    }

    [Fact]
    public async Task Stop_WithARequestThatNeverEnds_WaitsForNobody()
    {
        Start(IPAddress.Loopback, out var port);
        (await AskAsync($"http://127.0.0.1:{port}/metrics")).Dispose();
        using var client = new TcpClient("127.0.0.1", port);
        await client.GetStream().WriteAsync("GET /metrics HTTP/1.1\r\nHost: x\r\n"u8.ToArray(), _stop.Token);
        (await AskAsync($"http://127.0.0.1:{port}/metrics")).Dispose();

        await _stop.CancelAsync();

        // Kestrel's own patience is thirty seconds.
        await Should.ThrowAsync<OperationCanceledException>(_running.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None));
    }

    [Fact]
    public async Task Port_ThatIsInUse_IsAProblem_AndTakenWhenItIsFree()
    {
        var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var server = Start(new ListenPoint(IPAddress.Loopback, port));

        var problem = await UntilAsync(() => server.Problem);
        problem.Text.ShouldStartWith($"Node n1 metrics.listen: Nothing can listen on 127.0.0.1:{port}: Address already in use");
        problem.Fix.ShouldContain($"sport = :{port}");
        other.Stop();

        using var answer = await AskAsync($"http://127.0.0.1:{port}/metrics");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        server.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task Address_ThatTheNodeDoesNotHave_IsAProblem()
    {
        var server = Start(IPAddress.Parse("192.0.2.1"), out _);
        (await UntilAsync(() => server.Problem)).Fix.ShouldBe("Write an address that this node has.");
    }

    [Fact]
    public void Nothing_IsServed_WithoutAnAddress()
    {
        var server = new MetricsServer(null, "n1", () => throw new InvalidOperationException(), TimeProvider.System, NullLogger.Instance);
        _running = server.RunAsync(_stop.Token);
        _running.IsCompleted.ShouldBeFalse();
        server.Problem.ShouldBeNull();
    }

    private MetricsServer Start(IPAddress? address, out int port, Func<string>? read = null)
    {
        using (var free = new TcpListener(IPAddress.IPv6Any, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        return Start(new ListenPoint(address, port), read);
    }

    // Pauses between tries are over at once.
    private MetricsServer Start(ListenPoint listen, Func<string>? read = null)
    {
        string Read()
        {
            var text = $"read {Interlocked.Increment(ref _reads)}\n";
            return read is null ? text : read();
        }
        var server = new MetricsServer(listen, "n1", Read, new EagerTime(), NullLogger.Instance);
        _running = Task.Run(() => server.RunAsync(_stop.Token), CancellationToken.None);
        return server;
    }

    // Until it listens.
    private async Task<HttpResponseMessage> AskAsync(string address)
    {
        while (true)
        {
            try
            {
                return await _http.GetAsync(new Uri(address), _stop.Token);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), _limit.Token);
            }
        }
    }

    private async Task<T> UntilAsync<T>(Func<T?> value)
        where T : class
    {
        while (true)
        {
            if (value() is { } found)
            {
                return found;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(10), _limit.Token);
        }
    }
}
