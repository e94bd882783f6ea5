namespace Straum.Lab.ApiServer;

/// <summary>Which controllers run, as kube-controller-manager's <c>--controllers</c> says it: names, <c>*</c> for all, <c>-NAME</c> for not.</summary>
public sealed record ControllerSet
{
    private readonly HashSet<string> _names;

    private ControllerSet(HashSet<string> names) => _names = names;

    /// <summary>The names that there are.</summary>
    public static IReadOnlyList<string> Known { get; } =
        ["deployment", "replicaset", "scheduler", "endpointslice", "namespace", "garbagecollector", "podgc", "customresource", "eventexpiry"];

    public static ControllerSet All { get; } = new([.. Known]);

    public static ControllerSet None { get; } = new([]);

    public bool Contains(string name) => _names.Contains(name);

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => _names.Count == Known.Count ? "*" : string.Join(',', Known.Where(_names.Contains));

    /// <summary>Reads a comma-separated list such as <c>*,-deployment</c>; false with the reason when a name is unknown.</summary>
    public static bool TryParse(string text, out ControllerSet? set, out string problem)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        set = null;
        problem = "";
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var name = entry.TrimStart('-');
            if (entry == "*")
            {
                names.UnionWith(Known);
            }
            else if (!Known.Contains(name))
            {
                problem = $"no controller is called {name}; there are {string.Join(", ", Known)}";
                return false;
            }
            else if (entry[0] == '-')
            {
                names.Remove(name);
            }
            else
            {
                names.Add(name);
            }
        }
        set = new ControllerSet(names);
        return true;
    }
}
