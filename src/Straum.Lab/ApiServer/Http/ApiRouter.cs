using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Straum.Lab.ApiServer.Discovery;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Faults;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Http;

/// <summary>
/// Takes every request: who is asking, which handler it is for, and what a refusal looks like.
/// </summary>
internal sealed class ApiRouter : IDisposable
{
    private readonly ResourceRegistry _registry;
    private readonly byte[] _authorization;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private readonly FaultInjection? _faults;
    private readonly DiscoveryHandler _discovery;
    private readonly ListHandler _lists;
    private readonly WatchHandler _watches;
    private readonly WriteHandler _writes;
    private readonly DeleteHandler _deletes;
    private readonly Subresources _subresources;
    private readonly LogHandler _logs;

    /// <param name="stopping">Ends the watches, which would otherwise hold the server open.</param>
    public ApiRouter(
        ObjectStore store, ObjectWriter writer, ResourceRegistry registry, string token, ApiServerOptions options,
        TimeProvider clock, ILogger logger, CancellationToken stopping)
    {
        _registry = registry;
        _authorization = Encoding.ASCII.GetBytes("Bearer " + token);
        _logger = logger;
        _stopping = stopping;
        _discovery = new DiscoveryHandler(registry);
        _faults = options.Faults ? new FaultInjection(store, clock) : null;
        _lists = new ListHandler(store, clock, _faults);
        _watches = new WatchHandler(store, clock, options.BookmarkInterval, _faults);
        _writes = new WriteHandler(writer, _lists, clock);
        _deletes = new DeleteHandler(store, writer, _lists, clock);
        _subresources = new Subresources(store, writer, clock);
        _logs = new LogHandler(store, options.PodLogs);
    }

    public void Dispose() => _faults?.Dispose();

    /// <summary>Answers one request; never throws for anything that the request did.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await DispatchAsync(http).ConfigureAwait(false);
        }
        catch (StatusException refusal) when (!http.Response.HasStarted)
        {
            await http.WriteStatusAsync(refusal).ConfigureAwait(false);
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            await http.WriteStatusAsync(bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? StatusException.TooLarge(RequestBody.MaxLength)
                : StatusException.BadRequest(bad.Message)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionAbortedException or ConnectionResetException
            || http.RequestAborted.IsCancellationRequested)
        {
            // The client went away or the server stops: nobody is there to be told.
        }
#pragma warning disable CA1031 // a fault in one request is that request's: it is logged and answered, and the server goes on
        catch (Exception e)
        {
            _logger.LogError(e, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            if (!http.Response.HasStarted)
            {
                await http.WriteStatusAsync(StatusException.InternalError(e.Message)).ConfigureAwait(false);
            }
        }
#pragma warning restore CA1031
    }

    private async Task DispatchAsync(HttpContext http)
    {
        switch (http.Request.Path.Value)
        {
            case "/healthz" or "/livez" or "/readyz":
                await http.WriteAsync("ok"u8.ToArray(), contentType: "text/plain; charset=utf-8").ConfigureAwait(false);
                return;
            case "/version":
                await http.WriteJsonAsync(ServerVersion.Document()).ConfigureAwait(false);
                return;
        }
        Authenticate(http);
        if (_faults is not null)
        {
            if (http.Request.Path.StartsWithSegments(FaultInjection.Path))
            {
                await _faults.AnswerAsync(http).ConfigureAwait(false);
                return;
            }
            if (!await _faults.LetsThroughAsync(http).ConfigureAwait(false))
            {
                return;
            }
        }
        if (await _discovery.TryHandleAsync(http).ConfigureAwait(false))
        {
            return;
        }
        var path = ApiPath.Parse(http.Request.Path.Value ?? "") ?? throw StatusException.NoSuchPath();
        var resource = _registry.Find(path.Group, path.Version, path.Plural) ?? throw StatusException.NoSuchPath();
        if (resource.Namespaced ? path.Name.Length > 0 && path.Namespace.Length == 0 : path.Namespace.Length > 0)
        {
            throw StatusException.NoSuchPath();
        }
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping);
        var form = ObjectForms.Negotiate(http.Request.Headers.Accept);
        await DispatchAsync(new ApiCall(http, resource, path, form, ends.Token)).ConfigureAwait(false);
    }

    private Task DispatchAsync(ApiCall call)
    {
        var method = call.Http.Request.Method;
        var (resource, path) = (call.Resource, call.Path);
        if (resource.IsReview)
        {
            return method == "POST" && path.Name.Length == 0 ? ReviewHandler.AnswerAsync(call) : throw StatusException.MethodNotAllowed();
        }
        if (path.Name.Length == 0)
        {
            return method switch
            {
                "GET" when call.Flag("watch") => _watches.WatchAsync(call),
                "GET" => _lists.ListAsync(call),
                "POST" when !resource.Namespaced || path.Namespace.Length > 0 => _writes.CreateAsync(call),
                "DELETE" when !resource.Namespaced || path.Namespace.Length > 0 => _deletes.DeleteCollectionAsync(call),
                _ => throw StatusException.MethodNotAllowed(),
            };
        }
        return (path.Subresource, method) switch
        {
            ("", "GET") => _lists.GetAsync(call),
            ("", "PUT") => _writes.UpdateAsync(call, WriteScope.Main),
            ("", "PATCH") => _writes.PatchAsync(call, WriteScope.Main),
            ("", "DELETE") => _deletes.DeleteAsync(call),
            ("status", "GET") when resource.HasStatus => _lists.GetAsync(call),
            ("status", "PUT") when resource.HasStatus => _writes.UpdateAsync(call, WriteScope.Status),
            ("status", "PATCH") when resource.HasStatus => _writes.PatchAsync(call, WriteScope.Status),
            ("scale", "GET") when resource.Scale is not null => _subresources.GetScaleAsync(call),
            ("scale", "PUT") when resource.Scale is not null => _subresources.WriteScaleAsync(call, patch: false),
            ("scale", "PATCH") when resource.Scale is not null => _subresources.WriteScaleAsync(call, patch: true),
            ("finalize", "PUT") when resource.StorageKey == "namespaces" => _writes.UpdateAsync(call, WriteScope.Finalize),
            ("binding", "POST") when resource.StorageKey == "pods" => _subresources.BindAsync(call),
            ("eviction", "POST") when resource.StorageKey == "pods" => _subresources.EvictAsync(call),
            ("log", "GET") when resource.StorageKey == "pods" => _logs.GetAsync(call),
            ("exec" or "attach" or "portforward", _) when resource.StorageKey == "pods" =>
                throw StatusException.NotImplemented(
                    $"pods/{path.Subresource} is not served here: nodes of the lab have no kubelet " +
                    "(straum lab exec runs a command in a pod)"),
            _ => throw StatusException.NoSuchPath(),
        };
    }

    private void Authenticate(HttpContext http)
    {
        var given = Encoding.ASCII.GetBytes(http.Request.Headers.Authorization.ToString());
        if (!CryptographicOperations.FixedTimeEquals(given, _authorization))
        {
            throw StatusException.Unauthorized();
        }
    }
}
