using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Straum.Lab.ApiServer.Certificates;
using Straum.Lab.ApiServer.CustomResources;
using Straum.Lab.ApiServer.Http;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Services;
using Straum.Lab.ApiServer.Storage;
using Straum.Lab.Controllers;

namespace Straum.Lab.ApiServer;

/// <summary>
/// A Kubernetes-compatible API server in this process: kubectl and client-go programs work against it, its objects are
/// kept in a journal, and it is reached over TLS with a token, on loopback or inside network namespaces.
/// </summary>
public sealed class EmbeddedApiServer : IAsyncDisposable
{
    private static readonly string[] Names = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];

    // Watches of one client share a connection.
    private const int MaxStreamsPerConnection = 1000;

    private readonly CancellationTokenSource _stopping = new();
    private readonly ObjectStore _store;
    private readonly List<ListenSocket> _sockets = [];
    private readonly ILogger _logger;
    private ClusterCertificates? _certificates;
    private WebApplication? _web;
    private ApiRouter? _router;
    private ControllerHost? _controllers;

    private EmbeddedApiServer(ObjectStore store, ILogger logger)
    {
        _store = store;
        _logger = logger;
    }

    /// <summary>The addresses that it listens on, with the ports that were taken, in the order of the options.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _sockets.Select(socket => socket.EndPoint)];

    /// <summary>The token that clients send.</summary>
    public string Token => _certificates!.Token;

    /// <summary>The certificate authority that clients trust, in PEM.</summary>
    public string AuthorityPem => _certificates!.AuthorityPem;

    internal ObjectStore Store => _store;

    /// <summary>Starts a server; when this returns it answers.</summary>
    /// <exception cref="ApiServerException">An option is wrong, an address is taken, or the data is held by another process.</exception>
    public static async Task<EmbeddedApiServer> StartAsync(ApiServerOptions options, ILoggerFactory loggers, TimeProvider? clock = null)
    {
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new ApiServerException(string.Join("; ", problems));
        }
        var server = new EmbeddedApiServer(OpenStore(options.DataDirectory), loggers.CreateLogger("apiserver"));
        try
        {
            await server.RunAsync(options, loggers, clock ?? TimeProvider.System).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the watches, finishes what is being written and closes the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_web is not null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await _web.StopAsync(patience.Token).ConfigureAwait(false);
            await _web.DisposeAsync().ConfigureAwait(false);
        }
        if (_controllers is not null)
        {
            await _controllers.DisposeAsync().ConfigureAwait(false);
        }
        _router?.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
        _store.Dispose();
        _certificates?.Dispose();
        _stopping.Dispose();
    }

    /// <summary>
    /// <list type="number">
    /// <item>Objects: derived tables, then the journal takes writes.</item>
    /// <item>Sockets, before the objects that name their ports.</item>
    /// <item>The objects every cluster has.</item>
    /// <item>The web server and the controllers, then the file that tells clients of it.</item>
    /// </list>
    /// </summary>
    private async Task RunAsync(ApiServerOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        // :: Step 1: objects
        if (_store.DroppedBytes > 0)
        {
            _logger.LogWarning("{Bytes} bytes of a write that a crash cut short were dropped from the journal", _store.DroppedBytes);
        }
        var addresses = new ServiceAddresses(options.ServiceRanges);
        var registry = new ResourceRegistry(BuiltinResources.Create(addresses));
        var writer = new ObjectWriter(_store, clock);
        _store.AddIndex(addresses);
        _store.AddIndex(new CustomResourceKinds(registry));
        _store.Start();

        // :: Step 2: sockets
        foreach (var address in options.Listen)
        {
            _sockets.Add(ListenSocket.Bind(address));
        }
        _certificates = ClusterCertificates.Open(Path.Combine(options.DataDirectory, "pki"));

        // :: Step 3: objects of every cluster
        await new Bootstrap(_store, writer, registry, addresses).RunAsync(_sockets).ConfigureAwait(false);

        // :: Step 4: the web server and the controllers
        using var certificate = _certificates.IssueServer(Names,
            [IPAddress.Loopback, IPAddress.IPv6Loopback, .. _sockets.Select(s => s.EndPoint.Address), .. addresses.Pools.Select(pool => pool.First)]);
        _router = new ApiRouter(_store, writer, registry, _certificates.Token, options, clock, _logger, _stopping.Token);
        _web = BuildWeb(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null), loggers);
        _web.Run(_router.HandleAsync);
        await _web.StartAsync().ConfigureAwait(false);
        _controllers = new ControllerHost(new ControllerContext(_store, writer, registry, clock), options.Controllers, loggers.CreateLogger("controllers"));
        if (options.Kubeconfig is { } path)
        {
            KubeconfigFile.Write(path, ContextsOf(_sockets), AuthorityPem, Token);
        }
    }

    private WebApplication BuildWeb(X509Certificate2 certificate, ILoggerFactory loggers)
    {
        // Empty: the other builders read settings from files, and watch the current directory and everything below it for them.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        // Signals are the business of whoever started this server.
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Above our own limit, so that a body that is a little too large is answered and not cut off.
            kestrel.Limits.MaxRequestBodySize = 4L * RequestBody.MaxLength;
            kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
            foreach (var socket in _sockets)
            {
                kestrel.ListenHandle(socket.Handle, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1AndHttp2;
                    listen.UseHttps(certificate);
                });
            }
        });
        return builder.Build();
    }

    private static ObjectStore OpenStore(string directory)
    {
        try
        {
            return ObjectStore.Open(directory);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new ApiServerException($"open the journal in {directory}: {e.Message}", e);
        }
    }

    private static List<(string Name, string Url)> ContextsOf(IReadOnlyList<ListenSocket> sockets)
    {
        var contexts = new List<(string Name, string Url)>();
        // Host addresses first: the current context is one that works from where the file is read.
        foreach (var socket in sockets.OrderBy(s => s.Address.NetworkNamespace is not null))
        {
            var name = contexts.Count == 0 ? "straum"
                : socket.Address.NetworkNamespace is { } ns ? $"straum@{ns}"
                : $"straum@{socket.EndPoint}";
            contexts.Add((contexts.Any(c => c.Name == name) ? $"{name}-{contexts.Count}" : name, socket.Url));
        }
        return contexts;
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
