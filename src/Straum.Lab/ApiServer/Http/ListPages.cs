using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Http;

/// <summary>
/// Keeps the states that paged lists are being read from, so that all pages of a list show one revision. A token names
/// the revision and the last object sent; it ends with the state it names, after some minutes or with the process.
/// </summary>
internal sealed class ListPages(TimeProvider clock)
{
    private const int MaxStates = 64;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<long, (StoreState State, DateTimeOffset Until)> _states = [];

    /// <summary>The token for what follows after <paramref name="last"/>.</summary>
    public string Continue(StoreState state, StoredObject last)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            foreach (var old in _states.Where(pair => pair.Value.Until < now).Select(pair => pair.Key).ToList())
            {
                _states.Remove(old);
            }
            if (_states.Count >= MaxStates)
            {
                _states.Remove(_states.MinBy(pair => pair.Value.Until).Key);
            }
            _states[state.Revision] = (state, now + Lifetime);
        }
        var token = new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = state.Revision, ["start"] = $"{last.Namespace}/{last.Name}" };
        return Convert.ToBase64String(token.ToUtf8());
    }

    /// <summary>The state that a token continues, and after which namespace and name. Throws Expired when it is gone.</summary>
    public (StoreState State, string Namespace, string Name) Resume(string token)
    {
        var (revision, start) = Decode(token);
        lock (_lock)
        {
            if (_states.TryGetValue(revision, out var kept))
            {
                var slash = start.IndexOf('/', StringComparison.Ordinal);
                return (kept.State, start[..slash], start[(slash + 1)..]);
            }
        }
        throw StatusException.Expired(
            "The provided continue parameter is too old to display a consistent list result. " +
            "You must start a new list without the continue parameter.");
    }

    private static (long Revision, string Start) Decode(string token)
    {
        try
        {
            var decoded = JsonFields.Parse(Convert.FromBase64String(token));
            if (decoded.Number("rv") is { } revision && decoded.Text("start") is { } start && start.Contains('/', StringComparison.Ordinal))
            {
                return (revision, start);
            }
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
        }
        throw StatusException.BadRequest("continue key is not valid");
    }
}
