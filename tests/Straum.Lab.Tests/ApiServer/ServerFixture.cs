using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace Straum.Lab.ApiServer;

/// <summary>A running API server on a free loopback port, for all tests of a class.</summary>
public class ServerFixture : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();

    public EmbeddedApiServer Server { get; private set; } = null!;

    /// <summary>With the token, and trusting only the server's own authority.</summary>
    public ApiClient Client { get; private set; } = null!;

    public string Kubeconfig => _directory.File("kubeconfig");

    /// <summary>Where the server looks for the output of pods.</summary>
    public string PodLogs => _directory.File("pods");

    protected virtual ControllerSet Controllers => ControllerSet.None;

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the server and starts another one on the same data.</summary>
    public async Task RestartAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        await StartAsync();
    }

    public static HttpClient Connect(EmbeddedApiServer server)
    {
        var authority = X509Certificate2.CreateFromPem(server.AuthorityPem);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://{server.EndPoints[0]}"), Timeout = TimeSpan.FromSeconds(30) };
    }

    private async Task StartAsync()
    {
        Server = await EmbeddedApiServer.StartAsync(
            new ApiServerOptions
            {
                DataDirectory = _directory.File("data"),
                Kubeconfig = Kubeconfig,
                Listen = [new ListenAddress(null, new IPEndPoint(IPAddress.Loopback, 0))],
                Controllers = Controllers,
                PodLogs = PodLogs,
                BookmarkInterval = TimeSpan.FromMilliseconds(100),
            },
            NullLoggerFactory.Instance);
        var http = Connect(Server);
        http.DefaultRequestHeaders.Authorization = new("Bearer", Server.Token);
        Client = new ApiClient(http);
    }
}

/// <summary>The same with all controllers.</summary>
public sealed class ClusterFixture : ServerFixture
{
    protected override ControllerSet Controllers => ControllerSet.All;
}
