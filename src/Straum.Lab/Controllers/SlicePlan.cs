using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>One slice as it should be.</summary>
/// <param name="Existing">As it is; null when it is to be made.</param>
internal sealed record PlannedSlice(StoredObject? Existing, JsonArray Ports, JsonArray Endpoints)
{
    /// <summary>It has nothing left and is not needed.</summary>
    public bool IsSurplus { get; init; }

    public bool IsChanged =>
        Existing is null || !JsonNode.DeepEquals(Existing.View["endpoints"] ?? new JsonArray(), Endpoints)
        || !JsonNode.DeepEquals(Existing.View["ports"] ?? new JsonArray(), Ports);
}

/// <summary>
/// Distributes the endpoints of one Service and family over slices so that little changes: an endpoint stays in the
/// slice and at the place where it is, new ones fill free room, and only what does not fit makes a new slice.
/// </summary>
internal sealed class SlicePlan(IReadOnlyList<StoredObject> existing)
{
    /// <summary>As in the real controller.</summary>
    public const int MaxEndpoints = 100;

    private readonly List<PlannedSlice> _planned = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>Places the endpoints that share these ports. Once per set of ports.</summary>
    public void Place(JsonArray ports, IReadOnlyList<JsonObject> endpoints)
    {
        var waiting = endpoints.ToDictionary(IdOf, StringComparer.Ordinal);
        var slices = new List<PlannedSlice>();
        foreach (var slice in existing.Where(slice => JsonNode.DeepEquals(slice.View["ports"] ?? new JsonArray(), ports)))
        {
            _used.Add(slice.Name);
            var kept = new JsonArray();
            foreach (var old in slice.View.Objects("endpoints"))
            {
                if (waiting.Remove(IdOf(old), out var now))
                {
                    kept.Add((JsonNode)now);
                }
            }
            slices.Add(new PlannedSlice(slice, Copy(ports), kept));
        }
        foreach (var endpoint in endpoints.Where(endpoint => waiting.ContainsKey(IdOf(endpoint))))
        {
            if (slices.Find(slice => slice.Endpoints.Count < MaxEndpoints) is not { } roomy)
            {
                // An empty one that stood in for none can be filled instead of making another.
                var empty = existing.FirstOrDefault(slice => slice.View.Array("endpoints") is null or { Count: 0 } && !_used.Contains(slice.Name));
                _used.Add(empty?.Name ?? "");
                roomy = new PlannedSlice(empty, Copy(ports), []);
                slices.Add(roomy);
            }
            roomy.Endpoints.Add((JsonNode)endpoint);
        }
        _planned.AddRange(slices);
    }

    /// <summary>All slices: planned ones, and those that are no longer needed. A Service always keeps one, if empty.</summary>
    public IReadOnlyList<PlannedSlice> Finish()
    {
        var unused = existing.Where(slice => !_used.Contains(slice.Name)).Select(slice => new PlannedSlice(slice, [], []));
        var all = _planned.Concat(unused).ToList();
        if (all.TrueForAll(slice => slice.Endpoints.Count == 0))
        {
            return all.Count == 0
                ? [new PlannedSlice(null, [], [])]
                : [all[0], .. all.Skip(1).Select(slice => slice with { IsSurplus = true })];
        }
        return [.. all.Select(slice => slice with { IsSurplus = slice.Endpoints.Count == 0 })];
    }

    // A pod that was made anew under the same address is another endpoint.
    private static string IdOf(JsonObject endpoint) =>
        $"{endpoint.Array("addresses")?[0].AsText()} {endpoint.Text("targetRef", "uid")}";

    private static JsonArray Copy(JsonArray ports) => (JsonArray)ports.DeepClone();
}
