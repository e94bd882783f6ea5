using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Client;

/// <summary>
/// Requests to one API server. Every method throws <see cref="KubernetesException"/> when the request does not
/// succeed, and nothing is retried except once after a 401 when the token has changed meanwhile. Thread-safe.
/// </summary>
/// <remarks>
/// Records are projections, so what is written is JSON: a body that someone else may also write fields of is
/// read with <see cref="GetJsonAsync"/>, changed and sent back whole.
/// </remarks>
public sealed class KubernetesClient : IDisposable
{
    private const string MergePatch = "application/merge-patch+json";
    private const string StrategicMergePatch = "application/strategic-merge-patch+json";

    private readonly ClusterConfig _config;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly string _root;

    public KubernetesClient(ClusterConfig config)
        : this(config, ApiHandler.Create(config), TimeProvider.System)
    {
    }

    /// <summary>Sends requests through a handler of the caller's, which the client then owns.</summary>
    public KubernetesClient(ClusterConfig config, HttpMessageHandler handler, TimeProvider time)
    {
        _config = config;
        _time = time;
        _root = config.Server.GetLeftPart(UriPartial.Path).TrimEnd('/');
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The longest that anything but a watch or a list's body may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public ClusterConfig Config => _config;

    /// <summary>The object, or null when there is none.</summary>
    public async Task<T?> FindAsync<T>(ResourceKind<T> kind, NamespacedName key, CancellationToken ct)
        where T : KubernetesObject
    {
        try
        {
            return await GetAsync(kind, key, ct).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public async Task<T> GetAsync<T>(ResourceKind<T> kind, NamespacedName key, CancellationToken ct)
        where T : KubernetesObject =>
        Decode(kind, await CallAsync(HttpMethod.Get, kind.ObjectPath(key), null, ct).ConfigureAwait(false));

    /// <summary>The object with all its fields.</summary>
    public async Task<JsonObject> GetJsonAsync<T>(ResourceKind<T> kind, NamespacedName key, CancellationToken ct)
        where T : KubernetesObject =>
        ParseJson(await CallAsync(HttpMethod.Get, kind.ObjectPath(key), null, ct).ConfigureAwait(false));

    /// <summary>Creates an object; its metadata.name may be left out in favour of generateName.</summary>
    public async Task<JsonObject> CreateAsync<T>(ResourceKind<T> kind, string inNamespace, JsonObject body, CancellationToken ct)
        where T : KubernetesObject =>
        ParseJson(await CallAsync(HttpMethod.Post, kind.CollectionPath(inNamespace), Json(body), ct).ConfigureAwait(false));

    /// <summary>
    /// Replaces an object. With metadata.resourceVersion in the body it fails with
    /// <see cref="KubernetesException.IsConflict"/> when someone else was faster.
    /// </summary>
    public async Task<JsonObject> UpdateAsync<T>(ResourceKind<T> kind, NamespacedName key, JsonObject body, CancellationToken ct)
        where T : KubernetesObject =>
        ParseJson(await CallAsync(HttpMethod.Put, kind.ObjectPath(key), Json(body), ct).ConfigureAwait(false));

    /// <summary>Changes an object by an RFC 7386 merge patch.</summary>
    public Task<T> PatchAsync<T>(ResourceKind<T> kind, NamespacedName key, JsonObject mergePatch, CancellationToken ct)
        where T : KubernetesObject => PatchAsync(kind, key, "", MergePatch, mergePatch, ct);

    /// <summary>Changes only the status of an object: <paramref name="mergePatch"/> has one field, "status".</summary>
    public Task<T> PatchStatusAsync<T>(ResourceKind<T> kind, NamespacedName key, JsonObject mergePatch, CancellationToken ct)
        where T : KubernetesObject => PatchAsync(kind, key, "/status", MergePatch, mergePatch, ct);

    /// <summary>
    /// Changes only the status of an object of a built-in kind by a strategic merge patch: in a list whose items have a key, as
    /// conditions have, it changes the items that it names and leaves others' alone. With metadata.resourceVersion in the patch
    /// it fails with <see cref="KubernetesException.IsConflict"/> when someone else was faster.
    /// </summary>
    public Task<T> PatchStatusItemsAsync<T>(ResourceKind<T> kind, NamespacedName key, JsonObject strategicPatch, CancellationToken ct)
        where T : KubernetesObject => PatchAsync(kind, key, "/status", StrategicMergePatch, strategicPatch, ct);

    /// <summary>Deletes an object; false when there was none. The options are a meta/v1 DeleteOptions.</summary>
    public async Task<bool> DeleteAsync<T>(ResourceKind<T> kind, NamespacedName key, CancellationToken ct, JsonObject? options = null)
        where T : KubernetesObject
    {
        try
        {
            await CallAsync(HttpMethod.Delete, kind.ObjectPath(key), options is null ? null : Json(options), ct).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Starts one page of a list; its items are decoded one at a time while they arrive.</summary>
    public async Task<ListPage<T>> ListAsync<T>(ResourceKind<T> kind, ListOptions options, CancellationToken ct)
        where T : KubernetesObject
    {
        var path = kind.CollectionPath(options.Selection.Namespace) + options.Query();
        return new ListPage<T>(kind, await OpenAsync(path, RequestTimeout, untilProgress: true, ct).ConfigureAwait(false));
    }

    /// <summary>All objects of a kind, read page by page into memory. An undecodable one is a problem in the second list.</summary>
    public async Task<(List<T> Objects, List<DecodeProblem> Problems)> ListAllAsync<T>(
        ResourceKind<T> kind, Selection selection, CancellationToken ct)
        where T : KubernetesObject
    {
        var (objects, problems, items) = (new List<T>(), new List<DecodeProblem>(), new List<ListItem<T>>());
        var next = "";
        do
        {
            await using var page = await ListAsync(kind, new ListOptions { Selection = selection, Continue = next }, ct).ConfigureAwait(false);
            while (await page.ReadAsync(items, ct).ConfigureAwait(false))
            {
                objects.AddRange(items.Where(i => i.Object is not null).Select(i => i.Object!));
                problems.AddRange(items.Where(i => i.Problem is not null).Select(i => i.Problem!));
                items.Clear();
            }
            next = page.Continue;
        }
        while (next.Length > 0);
        return (objects, problems);
    }

    /// <summary>Starts a watch. Its events end when the server ends it.</summary>
    public async Task<WatchStream<T>> WatchAsync<T>(ResourceKind<T> kind, WatchOptions options, CancellationToken ct)
        where T : KubernetesObject
    {
        var path = kind.CollectionPath(options.Selection.Namespace) + options.Query();
        return new WatchStream<T>(kind, await OpenAsync(path, options.Timeout + options.Grace, untilProgress: false, ct).ConfigureAwait(false));
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> PatchAsync<T>(ResourceKind<T> kind, NamespacedName key, string subresource, string type, JsonObject patch, CancellationToken ct)
        where T : KubernetesObject
    {
        var content = Json(patch);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return Decode(kind, await CallAsync(HttpMethod.Patch, kind.ObjectPath(key) + subresource, content, ct).ConfigureAwait(false));
    }

    /// <summary>A request whose answer is read while it arrives.</summary>
    private async Task<ResponseBody> OpenAsync(string path, TimeSpan patience, bool untilProgress, CancellationToken ct)
    {
        var response = await SendAsync(HttpMethod.Get, path, null, ct).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        return new ResponseBody(OperationOf(HttpMethod.Get, path), response, stream, patience, untilProgress, _time);
    }

    /// <summary>A request whose answer is read whole.</summary>
    private async Task<byte[]> CallAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        using var response = await SendAsync(method, path, content, ct).ConfigureAwait(false);
        return await WithinAsync(OperationOf(method, path), t => response.Content.ReadAsByteArrayAsync(t), ct).ConfigureAwait(false);
    }

    // Without the parameters: they differ from node to node and from watch to watch.
    private static string OperationOf(HttpMethod method, string path) => path.IndexOf('?', StringComparison.Ordinal) is var query and >= 0
        ? $"{method} {path.AsSpan(0, query)}{(path.Contains("watch=true", StringComparison.Ordinal) ? "?watch" : "")}"
        : $"{method} {path}";

    /// <summary>Sends until the headers of a successful answer are here.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        var operation = OperationOf(method, path);
        // A body is buffered so that it can be sent again.
        var body = content is null ? null : await content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
        for (var token = _config.Token?.Read(); ;)
        {
            var sent = token;
            var response = await WithinAsync(
                operation, t => _http.SendAsync(Request(sent), HttpCompletionOption.ResponseHeadersRead, t), ct).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && _config.Token is { } source
                    && (token = source.Read()) != sent)
                {
                    continue;
                }
                throw await RefusalAsync(operation, response, ct).ConfigureAwait(false);
            }
        }

        HttpRequestMessage Request(string? token)
        {
            var request = new HttpRequestMessage(method, _root + path)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            };
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("straum", "0.1"));
            // The handler takes the name it sends and checks from the Host header.
            request.Headers.Host = _config.TlsServerName;
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = content!.Headers.ContentType;
            }
            return request;
        }
    }

    private async Task<KubernetesException> RefusalAsync(string operation, HttpResponseMessage response, CancellationToken ct)
    {
        var body = await WithinAsync(operation, t => response.Content.ReadAsByteArrayAsync(t), ct).ConfigureAwait(false);
        var status = ApiStatus.Read(new ReadOnlySequence<byte>(body), (int)response.StatusCode);
        return new KubernetesException(operation, status with { RetryAfter = status.RetryAfter ?? response.Headers.RetryAfter?.Delta });
    }

    private async Task<TResult> WithinAsync<TResult>(string operation, Func<CancellationToken, Task<TResult>> step, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return await step(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new KubernetesException(operation, $"no answer within {RequestTimeout.TotalSeconds:0} s", _config.Server.Authority, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unanswered(operation, e, _config);
        }
    }

    private static KubernetesException Unanswered(string operation, Exception e, ClusterConfig config)
    {
        var cause = e.GetBaseException();
        var hint = e is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } || cause is AuthenticationException
            ? $"{config.Server.Authority}: its certificate must be signed by the configured authority and carry the name {config.TlsServerName ?? config.Server.Host}"
            : config.Server.Authority;
        return new KubernetesException(operation, cause.Message.TrimEnd('.'), hint, e);
    }

    private static T Decode<T>(ResourceKind<T> kind, byte[] body)
        where T : KubernetesObject => ObjectJson.Decode(kind, body);

    private static JsonObject ParseJson(byte[] body) => JsonNode.Parse(body)!.AsObject();

    private static ByteArrayContent Json(JsonObject body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            body.WriteTo(writer);
        }
        var content = new ByteArrayContent(buffer.WrittenSpan.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        return content;
    }
}
