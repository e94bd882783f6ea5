using System.Net;
using Microsoft.Extensions.Logging;
using Straum.Kubernetes.Client;
using Straum.Lab.ApiServer;

namespace Straum.Cli.Tests.Deploy;

/// <summary>An empty cluster: the embedded API server on a free port, with what it is asked recorded.</summary>
internal sealed class TestApiServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly EmbeddedApiServer _server;
    private readonly ILoggerFactory _logs;

    private TestApiServer(DirectoryInfo directory, EmbeddedApiServer server, ILoggerFactory logs) =>
        (_directory, _server, _logs) = (directory, server, logs);

    public string Kubeconfig => Path.Combine(_directory.FullName, "kubeconfig");

    public ClusterConfig Config => KubeConfigFile.Load(Kubeconfig);

    public string Token => _server.Token;

    public string AuthorityPem => _server.AuthorityPem;

    /// <param name="requests">Hears of every request.</param>
    /// <param name="more">Addresses inside network namespaces, besides one on loopback.</param>
    public static async Task<TestApiServer> StartAsync(ApiRequests requests, params ListenAddress[] more)
    {
        var directory = Directory.CreateTempSubdirectory("straum-t-");
        var logs = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(requests));
        var server = await EmbeddedApiServer.StartAsync(
            new ApiServerOptions
            {
                DataDirectory = Path.Combine(directory.FullName, "data"),
                Kubeconfig = Path.Combine(directory.FullName, "kubeconfig"),
                Listen = [new ListenAddress(null, new IPEndPoint(IPAddress.Loopback, 0)), .. more],
                Controllers = ControllerSet.None,
            },
            logs);
        return new TestApiServer(directory, server, logs);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _logs.Dispose();
        _directory.Delete(recursive: true);
    }
}
