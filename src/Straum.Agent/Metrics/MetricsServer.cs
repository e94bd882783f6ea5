using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Straum.Agent.Configuration;
using Straum.Agent.LocalApi;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Agent.Metrics;

/// <summary>
/// Serves <c>GET /metrics</c>, and nothing else, on a TCP port. Where that cannot be had the node's network goes on without: it is
/// tried again until it can, and a problem until then.
/// </summary>
/// <param name="listen">Null: nowhere.</param>
/// <param name="node">This node's name.</param>
/// <param name="read">
/// Makes the text. Nobody has to say who he is, so however many ask, one makes it, and as seldom as <see cref="TextAsync"/> says.
/// </param>
/// <param name="clock">Times the tries and the text.</param>
/// <param name="log">Says where it is served, and why it is not.</param>
public sealed class MetricsServer(ListenPoint? listen, string node, Func<string> read, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);
    private const int MostConnections = 64;

    // One that says nothing keeps its place no longer than that; who scrapes connects anew.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    // Of the time, what making the text may take at most: one part in so many.
    private const int Share = 10;

    private readonly Lock _reading = new();
    private Task<string>? _text;
    private TimeSpan _textFor;
    private long _textAt;
    private string? _told;
    private Problem? _problem;

    /// <summary>Why nothing is served, or null. Safe to read from any thread.</summary>
    public Problem? Problem => Volatile.Read(ref _problem);

    /// <summary>Serves until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (listen is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, ct);
        }
        while (true)
        {
            try
            {
                await ServeAsync(Listen(listen!), ct);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                Failed(e);
            }
            await Task.Delay(Pause, clock, ct);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore()
            .UseSockets(sockets => sockets.CreateBoundListenSocket = _ => socket)
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxConcurrentConnections = MostConnections;
                kestrel.Limits.MaxRequestBodySize = 0;
                kestrel.Limits.KeepAliveTimeout = Silence;
                kestrel.Limits.RequestHeadersTimeout = Silence;
                kestrel.Listen((IPEndPoint)socket.LocalEndPoint!, static http => http.Protocols = HttpProtocols.Http1);
            });
        await using var application = builder.Build();
        application.MapMetrics(TextAsync);
        application.MapFallback(static context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return context.Response.WriteAsync("There is /metrics, and nothing else.\n", context.RequestAborted);
        });
        await application.StartAsync(ct);
        Volatile.Write(ref _problem, null);
        log.LogInformation("metrics are served on {Address}", socket.LocalEndPoint);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, ct);
        }
        finally
        {
            // Nobody is waited for: a scrape that is cut is made again, and an agent that ends must end.
            await application.StopAsync(new CancellationToken(canceled: true));
        }
    }

    /// <summary>
    /// The text, made anew by the first who asks once it is a second old, and ten times as old as making it took; everybody else
    /// gets what is there, or waits for what is being made.
    /// </summary>
    private Task<string> TextAsync()
    {
        lock (_reading)
        {
            if (_text is null || (_text.IsCompleted && clock.GetElapsedTime(_textAt) >= _textFor))
            {
                _text = Task.Run(Read);
            }
            return _text;
        }
    }

    private string Read()
    {
        var started = clock.GetTimestamp();
        try
        {
            return read();
        }
        catch (Exception e) when (e.Message != _told)
        {
            _told = e.Message;
            log.LogWarning("metrics cannot be read: {Reason}", e.Message);
            throw;
        }
        finally
        {
            lock (_reading)
            {
                _textAt = clock.GetTimestamp();
                var took = clock.GetElapsedTime(started, _textAt) * Share;
                _textFor = took > Freshness ? took : Freshness;
            }
        }
    }

    private void Failed(Exception e)
    {
        var problem = new Problem
        {
            Severity = Severity.Warning,
            Object = new ObjectName("Node", new NamespacedName("", node)),
            Field = "metrics.listen",
            Message = $"Nothing can listen on {listen}: {e.Message}; metrics are on agent.sock alone.",
            Fix = FixOf(e, listen!),
        };
        if (problem != Problem)
        {
            log.LogWarning("{Problem}", problem.Text);
        }
        Volatile.Write(ref _problem, problem);
    }

    internal static string FixOf(Exception e, ListenPoint listen) => (e as SocketException)?.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"`ss -lntp sport = :{listen.Port}` on the node says who does; choose another port.",
        SocketError.AddressNotAvailable => "Write an address that this node has.",
        SocketError.AddressFamilyNotSupported => "The node's kernel has no IPv6: write an IPv4 address.",
        // Ports from 1024 on need no right, unless somebody set this.
        SocketError.AccessDenied => "Choose a port from the node's net.ipv4.ip_unprivileged_port_start on, or add the capability NET_BIND_SERVICE; if the port is one, a security module refuses it.",
        SocketError.TooManyOpenSockets => "Raise the limit of open files: LimitNOFILE of the unit, or the runtime's.",
        _ => "It is tried again every ten seconds; nothing else depends on it.",
    };

    private static Socket Listen(ListenPoint listen)
    {
        var address = listen.Address ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = listen.Address is null;
            }
            socket.Bind(new IPEndPoint(address, listen.Port));
            socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
