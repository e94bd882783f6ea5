namespace Straum.Doctor;

/// <summary>Which checks run. A name is an id (<c>ST-CT-001</c>), a group's part of it (<c>ST-CT</c>) or a group (<c>conntrack</c>), in any case.</summary>
/// <param name="Only">Nothing else runs; empty for all.</param>
/// <param name="Ignore">These do not run, and the report says so.</param>
/// <param name="BeforeInstall">Only what makes sense before there is a cluster.</param>
public sealed record CheckSelection(IReadOnlyList<string> Only, IReadOnlyList<string> Ignore, bool BeforeInstall)
{
    public static CheckSelection Everything { get; } = new([], [], false);

    /// <summary>The checks to report on, in the order of their groups and ids, and whether each runs.</summary>
    public IReadOnlyList<(Check Check, bool Runs)> From(IEnumerable<Check> checks) =>
    [
        .. checks.Where(c => (!BeforeInstall || c.BeforeInstall) && (Only.Count == 0 || Only.Any(name => Names(name, c))))
            .OrderBy(static c => c.Group).ThenBy(static c => c.Id, StringComparer.Ordinal)
            .Select(c => (c, !Ignore.Any(name => Names(name, c)))),
    ];

    /// <summary>The names that fit no check, for an error message.</summary>
    public IReadOnlyList<string> Unmatched(IReadOnlyList<Check> checks) => [.. Only.Concat(Ignore).Where(name => !checks.Any(c => Names(name, c)))];

    private static bool Names(string name, Check check) =>
        check.Id.Equals(name, StringComparison.OrdinalIgnoreCase)
        || check.Id.StartsWith(name + "-", StringComparison.OrdinalIgnoreCase)
        || check.Group.ToString().Equals(name, StringComparison.OrdinalIgnoreCase);
}
