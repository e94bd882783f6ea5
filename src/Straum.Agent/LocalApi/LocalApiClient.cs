using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Straum.Agent.LocalApi.Reports;

namespace Straum.Agent.LocalApi;

/// <summary>Asks one agent over its Unix socket.</summary>
public sealed class LocalApiClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly HttpClient _http;

    /// <param name="socketPath">The agent's <c>agent.sock</c>.</param>
    public LocalApiClient(string socketPath)
    {
        SocketPath = socketPath;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = (_, stop) => ConnectAsync(socketPath, stop) })
        {
            BaseAddress = new Uri("http://straum"),
            Timeout = Deadline,
        };
    }

    public string SocketPath { get; }

    /// <summary>
    /// Gets a report. Throws <see cref="AgentUnreachableException"/> when nobody answers at the socket, and
    /// <see cref="AgentRefusedException"/> with the agent's own words when it cannot make the report.
    /// </summary>
    public async Task<T> GetAsync<T>(LocalApiResource<T> resource, CancellationToken stop)
    {
        try
        {
            using var response = await _http.GetAsync(resource.Path, stop).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(stop).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK
                ? JsonSerializer.Deserialize(body, resource.Json) ?? throw new AgentRefusedException("the agent sent an empty report")
                : throw new AgentRefusedException(JsonSerializer.Deserialize(body, ReportJson.Default.LocalApiError)?.Error ?? $"status {(int)response.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            // .NET has no error of its own for ENOENT here and says "cannot assign requested address".
            var reason = !File.Exists(SocketPath) ? "no such socket" : (e.InnerException as SocketException ?? (Exception)e).Message;
            throw new AgentUnreachableException(reason, e);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new AgentUnreachableException($"no answer within {Deadline.TotalSeconds:0} s", e);
        }
        catch (JsonException e)
        {
            throw new AgentRefusedException("the agent's report is not understood; is it of another version?", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Nobody answers at the agent's socket.</summary>
public sealed class AgentUnreachableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The agent answered, but not with what was asked for.</summary>
public sealed class AgentRefusedException(string message, Exception? inner = null) : Exception(message, inner);
