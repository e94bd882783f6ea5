namespace Straum.Lab.ApiServer.Services;

/// <summary>
/// The NodePorts. Handed out in turn, above the low end that the real server leaves to those who ask by number.
/// Not thread-safe: used on the store's writer thread.
/// </summary>
internal sealed class NodePortPool
{
    public const int First = 30000;
    public const int Last = 32767;

    private const int DynamicStart = First + 86;

    private readonly Dictionary<int, int> _used = [];
    private int _next = DynamicStart;

    public static bool Contains(long port) => port is >= First and <= Last;

    public bool IsUsed(int port) => _used.ContainsKey(port);

    /// <summary>Counts one more user of the port: one Service may use it for several protocols.</summary>
    public void Take(int port) => _used[port] = _used.GetValueOrDefault(port) + 1;

    public void Release(int port)
    {
        if (_used.TryGetValue(port, out var users) && users > 1)
        {
            _used[port] = users - 1;
        }
        else
        {
            _used.Remove(port);
        }
    }

    /// <summary>A port that neither the pool nor <paramref name="alsoTaken"/> has in use; null when there is none.</summary>
    public int? Next(IReadOnlySet<int> alsoTaken)
    {
        for (var tries = First; tries <= Last; tries++)
        {
            var candidate = _next;
            _next = _next == Last ? First : _next + 1;
            if (!_used.ContainsKey(candidate) && !alsoTaken.Contains(candidate))
            {
                return candidate;
            }
        }
        return null;
    }
}
