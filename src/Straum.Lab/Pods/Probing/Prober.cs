using System.Net;
using System.Net.Sockets;
using Straum.Lab.Echo;
using Straum.Lab.Pods.Manifest;

namespace Straum.Lab.Pods.Probing;

/// <summary>HTTP and TCP probes as a kubelet sends them: from the node, to the pod's first address.</summary>
internal sealed class Prober : IDisposable
{
    private readonly OpenSocket _open;
    private readonly HttpClient _http;

    /// <param name="open">Makes sockets in the node's network namespace.</param>
    public Prober(OpenSocket open)
    {
        _open = open;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            // Each probe asks for a connection of its own: one that was kept open says nothing about the next client.
            ConnectCallback = async (context, stop) => new NetworkStream(await ConnectAsync(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port, stop), ownsSocket: true),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>One attempt. Null is success, else the reason of the failure. The caller limits the time.</summary>
    public async Task<string?> AttemptAsync(ProbeAction action, IPAddress? pod, CancellationToken stop)
    {
        try
        {
            return action switch
            {
                ProbeAction.HttpGet http => await GetAsync(http, pod, stop),
                ProbeAction.TcpSocket tcp => await OpenAsync(tcp, pod, stop),
                _ => throw new ArgumentException("not a network probe: " + action, nameof(action)),
            };
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or FormatException or UriFormatException)
        {
            return (e.InnerException as SocketException ?? e).Message;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string?> GetAsync(ProbeAction.HttpGet get, IPAddress? pod, CancellationToken stop)
    {
        var host = get.Host ?? pod?.ToString() ?? "";
        var path = get.Path.StartsWith('/') ? get.Path : "/" + get.Path;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{(host.Contains(':') ? $"[{host}]" : host)}:{get.Port}{path}");
        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/straum-lab");
        foreach (var (name, value) in get.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        return (int)response.StatusCode is >= 200 and < 400 ? null : $"HTTP status {(int)response.StatusCode}";
    }

    private async Task<string?> OpenAsync(ProbeAction.TcpSocket tcp, IPAddress? pod, CancellationToken stop)
    {
        using var socket = await ConnectAsync(tcp.Host is { } host ? IPAddress.Parse(host) : pod ?? IPAddress.None, tcp.Port, stop);
        return null;
    }

    private async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken stop)
    {
        var socket = _open(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
