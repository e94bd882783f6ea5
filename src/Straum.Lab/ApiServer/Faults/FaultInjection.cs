using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Http;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Faults;

/// <summary>
/// Makes the server fail as real ones do, on the word of whoever has the token: <c>PUT /straum/faults</c> with a
/// <see cref="FaultPlan"/>, <c>GET</c> and <c>DELETE</c> of it, and <c>POST /straum/faults/drop</c>, which cuts every
/// watch that is open. Exists only where <see cref="ApiServerOptions.Faults"/> is set.
/// </summary>
/// <param name="store">What lists show.</param>
/// <param name="clock">Of the delays.</param>
internal sealed class FaultInjection(ObjectStore store, TimeProvider clock) : IDisposable
{
    public const string Path = "/straum/faults";

    private volatile FaultPlan _plan = new();
    private volatile StoreState? _stale;
    private CancellationTokenSource _drop = new();

    /// <summary>Requests that were refused, cut or answered 410 so far, for tests that wait until a fault was felt.</summary>
    private int _felt;

    /// <summary>What a list may show: null for the present.</summary>
    public StoreState? Stale => _stale;

    /// <summary>True when a watch from a version must not start.</summary>
    public bool ExpiresWatches
    {
        get
        {
            if (_plan.ExpireWatches)
            {
                Interlocked.Increment(ref _felt);
            }
            return _plan.ExpireWatches;
        }
    }

    /// <summary>Ends when the watches that are open now are cut.</summary>
    public CancellationTokenSource StartWatch(CancellationToken stopping)
    {
        var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping, Volatile.Read(ref _drop).Token);
        if (_plan.WatchMilliseconds > 0)
        {
            ends.CancelAfter(_plan.WatchMilliseconds);
        }
        return ends;
    }

    /// <summary>Answers a request on <see cref="Path"/>.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        switch (http.Request.Method, http.Request.Path.Value)
        {
            case ("GET", Path):
                break;
            case ("PUT", Path):
                Set(await ReadAsync(http).ConfigureAwait(false));
                break;
            case ("DELETE", Path):
                Set(new FaultPlan());
                break;
            case ("POST", Path + "/drop"):
                Drop();
                break;
            default:
                throw StatusException.NoSuchPath();
        }
        http.Response.Headers["Straum-Faults-Felt"] = Volatile.Read(ref _felt).ToString();
        await http.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(_plan, FaultJson.Default.FaultPlan)).ConfigureAwait(false);
    }

    /// <summary>Lets a request through, later, or not at all: then it is answered, and this returns false.</summary>
    public async Task<bool> LetsThroughAsync(HttpContext http)
    {
        var plan = _plan;
        if (plan.DelayMilliseconds > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(plan.DelayMilliseconds), clock, http.RequestAborted).ConfigureAwait(false);
        }
        if (plan.Cut)
        {
            Interlocked.Increment(ref _felt);
            http.Abort();
            return false;
        }
        if (plan.Refuse)
        {
            Interlocked.Increment(ref _felt);
            throw StatusException.Unavailable("faults are injected: " + Path);
        }
        return true;
    }

    public void Dispose() => _drop.Dispose();

    private void Set(FaultPlan plan)
    {
        _stale = plan.StaleLists ? _stale ?? store.State : null;
        _plan = plan;
        if (plan.Refuse || plan.Cut)
        {
            // A server that is gone holds no watches either.
            Drop();
        }
    }

    // Who has linked to the old source keeps its token; the source itself is small and is left to the collector.
    private void Drop() => Interlocked.Exchange(ref _drop, new CancellationTokenSource()).Cancel();

    private static async Task<FaultPlan> ReadAsync(HttpContext http)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, FaultJson.Default.FaultPlan, http.RequestAborted).ConfigureAwait(false) ?? new FaultPlan();
        }
        catch (JsonException e)
        {
            throw StatusException.BadRequest(e.Message);
        }
    }
}
