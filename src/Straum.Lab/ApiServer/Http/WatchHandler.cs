using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Faults;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Http;

/// <summary>
/// Watches: a response that never ends by itself, one JSON document per change. What a watcher is sent is complete and
/// in order; when that can no longer be promised it gets 410 and lists again.
/// </summary>
internal sealed class WatchHandler(ObjectStore store, TimeProvider clock, TimeSpan bookmarkInterval, FaultInjection? faults)
{
    private const int BatchLength = 256;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    /// <summary>
    /// <list type="number">
    /// <item>Where to start: at a revision, or with the objects there are.</item>
    /// <item>The objects there are, then on request the bookmark that ends them.</item>
    /// <item>Changes as they come, bookmarks in quiet times, until the timeout.</item>
    /// </list>
    /// </summary>
    public async Task WatchAsync(ApiCall call)
    {
        // :: Step 1: where to start
        var filter = new ObjectFilter(call);
        var ring = store.Events(call.Resource.StorageKey);
        var state = store.State;
        var start = StartOf(call, state.Revision);
        var after = start ?? state.Revision;
        var events = new List<StoreEvent>(BatchLength);
        var expired = start is not null && faults is { ExpiresWatches: true };
        if (!ring.TryRead(after, events, BatchLength, out var changed) || expired)
        {
            throw StatusException.Expired($"too old resource version: {after} ({state.Revision})");
        }

        var http = call.Http;
        http.Response.ContentType = MediaType.Json;
        var output = http.Response.BodyWriter;
        using var timeout = new CancellationTokenSource(Timeout(call), clock);
        using var cut = faults?.StartWatch(call.Stopping) ?? CancellationTokenSource.CreateLinkedTokenSource(call.Stopping);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cut.Token, timeout.Token);
        var stream = new WatchStream(output, filter, new ObjectEncoder(call.Resource, call.Form, call.Query("includeObject") ?? "", clock));
        await http.Response.StartAsync(call.Stopping).ConfigureAwait(false);

        // :: Step 2: the objects there are
        if (start is null)
        {
            foreach (var stored in filter.Select(state))
            {
                stream.WriteAdded(stored);
                await stream.FlushWhenLargeAsync(call.Stopping).ConfigureAwait(false);
            }
        }
        var bookmarks = call.Flag("allowWatchBookmarks");
        if (bookmarks && call.Flag("sendInitialEvents"))
        {
            stream.WriteBookmark(after, endsInitialEvents: true);
        }
        await output.FlushAsync(call.Stopping).ConfigureAwait(false);

        // :: Step 3: changes
        var quietSince = clock.GetTimestamp();
        while (!ends.IsCancellationRequested)
        {
            // Read before the ring: every change up to here is then in the ring, so a bookmark at it is true.
            var complete = store.EventRevision;
            events.Clear();
            if (!ring.TryRead(after, events, BatchLength, out changed))
            {
                stream.WriteError(StatusException.Expired($"too old resource version: {after} ({store.State.Revision})"));
                await output.FlushAsync(call.Stopping).ConfigureAwait(false);
                return;
            }
            foreach (var change in events)
            {
                after = change.Revision;
                stream.WriteChange(change);
                await stream.FlushWhenLargeAsync(call.Stopping).ConfigureAwait(false);
            }
            if (events.Count > 0)
            {
                await output.FlushAsync(call.Stopping).ConfigureAwait(false);
                if (events.Count == BatchLength)
                {
                    continue;
                }
            }
            else if (bookmarks && clock.GetElapsedTime(quietSince) >= bookmarkInterval)
            {
                after = Math.Max(after, complete);
                stream.WriteBookmark(after, endsInitialEvents: false);
                await output.FlushAsync(call.Stopping).ConfigureAwait(false);
                quietSince = clock.GetTimestamp();
            }
            await WaitAsync(changed, bookmarks ? bookmarkInterval : System.Threading.Timeout.InfiniteTimeSpan, ends.Token).ConfigureAwait(false);
        }
        if (cut.IsCancellationRequested && !call.Stopping.IsCancellationRequested)
        {
            http.Abort();
            return;
        }
        if (bookmarks && !call.Stopping.IsCancellationRequested)
        {
            stream.WriteBookmark(after, endsInitialEvents: false);
            await output.FlushAsync(call.Stopping).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(Task changed, TimeSpan atMost, CancellationToken ends)
    {
        try
        {
            await changed.WaitAsync(atMost, clock, ends).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Both only mean: look again.
        }
    }

    // The revision after which changes are sent; null for "what there is now, then changes".
    private static long? StartOf(ApiCall call, long current)
    {
        var text = call.Query("resourceVersion") ?? "";
        var mode = call.Query("sendInitialEvents");
        if (mode is { Length: > 0 } && call.Query("resourceVersionMatch") != "NotOlderThan")
        {
            throw StatusException.BadRequest(
                "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }
        if (text is "" or "0")
        {
            return mode == "false" ? current : null;
        }
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var asked))
        {
            throw StatusException.BadRequest($"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
        }
        if (asked > current)
        {
            // A revision from another life of this cluster: whoever has it must start over.
            throw StatusException.Expired($"too large resource version: {asked}, current: {current}");
        }
        return mode == "true" ? null : asked;
    }

    private static TimeSpan Timeout(ApiCall call) =>
        long.TryParse(call.Query("timeoutSeconds"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 86400
            ? TimeSpan.FromSeconds(seconds)
            : DefaultTimeout;
}
