using System.Buffers;
using System.Globalization;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Faults;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Http;

/// <summary>GET of one object and of a collection.</summary>
internal sealed class ListHandler(ObjectStore store, TimeProvider clock, FaultInjection? faults)
{
    private readonly ListPages _pages = new(clock);

    public async Task GetAsync(ApiCall call)
    {
        var (resource, path) = (call.Resource, call.Path);
        var stored = store.State.Find(resource.KeyOf(path.Namespace, path.Name))
            ?? throw StatusException.NotFound(resource.Group, resource.Plural, path.Name);
        await WriteObjectAsync(call, stored, 200).ConfigureAwait(false);
    }

    /// <summary>Sends one object in the form that the call asks for.</summary>
    public async Task WriteObjectAsync(ApiCall call, StoredObject stored, int code)
    {
        var body = new ArrayBufferWriter<byte>(stored.Json.Length + 512);
        Encoder(call).WriteObject(body, stored);
        await call.Http.WriteAsync(body.WrittenMemory, code).ConfigureAwait(false);
    }

    public async Task ListAsync(ApiCall call)
    {
        var filter = new ObjectFilter(call);
        var state = faults?.Stale ?? store.State;
        var (ns, name) = ("", "");
        if (call.Query("continue") is { Length: > 0 } token)
        {
            (state, ns, name) = _pages.Resume(token);
        }
        else
        {
            CheckVersion(call, state.Revision);
        }
        var limit = long.TryParse(call.Query("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked > 0 ? asked : long.MaxValue;

        var items = new List<StoredObject>();
        var remaining = 0L;
        foreach (var stored in filter.Select(state))
        {
            if (name.Length > 0 && Compare(stored, ns, name) <= 0)
            {
                continue;
            }
            if (items.Count < limit)
            {
                items.Add(stored);
            }
            else
            {
                remaining++;
            }
        }
        var next = remaining > 0 ? _pages.Continue(state, items[^1]) : null;
        var body = new ArrayBufferWriter<byte>(1 << 14);
        // The count of what is left is only exact, and so only given, without selectors.
        Encoder(call).WriteList(body, items, state.Revision, next, remaining > 0 && filter.IsEverything ? remaining : null);
        await call.Http.WriteAsync(body.WrittenMemory).ConfigureAwait(false);
    }

    private ObjectEncoder Encoder(ApiCall call) => new(call.Resource, call.Form, call.Query("includeObject") ?? "", clock);

    private static int Compare(StoredObject stored, string ns, string name)
    {
        var byNamespace = string.CompareOrdinal(stored.Namespace, ns);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(stored.Name, name);
    }

    private static void CheckVersion(ApiCall call, long current)
    {
        var (text, match) = (call.Query("resourceVersion") ?? "", call.Query("resourceVersionMatch") ?? "");
        if (text.Length == 0)
        {
            if (match.Length > 0)
            {
                throw StatusException.BadRequest("resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
            }
            return;
        }
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var asked))
        {
            throw StatusException.BadRequest($"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
        }
        if (asked > current)
        {
            throw StatusException.TooLargeResourceVersion(asked, current);
        }
        if (match == "Exact" && asked < current)
        {
            throw StatusException.Expired($"The provided resource version {asked} is no longer kept; the newest is {current}.");
        }
    }
}
