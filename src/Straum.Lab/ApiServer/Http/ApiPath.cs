namespace Straum.Lab.ApiServer.Http;

/// <summary>
/// A resource path taken apart: <c>/api/v1/…</c> or <c>/apis/GROUP/VERSION/…</c>, then
/// <c>[namespaces/NS/]PLURAL[/NAME[/SUBRESOURCE]]</c>.
/// </summary>
/// <param name="Namespace">Empty for cluster-scoped resources and for lists over all namespaces.</param>
/// <param name="Name">Empty for a collection.</param>
/// <param name="Subresource">Empty for the object itself.</param>
internal sealed record ApiPath(string Group, string Version, string Namespace, string Plural, string Name, string Subresource)
{
    /// <summary>Null when the path is none of a resource.</summary>
    public static ApiPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["api", var version, .. var rest] when rest.Length > 0 => Of("", version, rest),
            ["apis", var group, var version, .. var rest] when rest.Length > 0 => Of(group, version, rest),
            _ => null,
        };
    }

    private static ApiPath? Of(string group, string version, string[] rest) => rest switch
    {
        // The namespace itself has status and finalize; anything else behind its name is a resource inside it.
        ["namespaces", var name, "status" or "finalize"] => new ApiPath(group, version, "", "namespaces", name, rest[2]),
        ["namespaces", var ns, var plural] => new ApiPath(group, version, ns, plural, "", ""),
        ["namespaces", var ns, var plural, var name] => new ApiPath(group, version, ns, plural, name, ""),
        ["namespaces", var ns, var plural, var name, var sub] => new ApiPath(group, version, ns, plural, name, sub),
        [var plural] => new ApiPath(group, version, "", plural, "", ""),
        [var plural, var name] => new ApiPath(group, version, "", plural, name, ""),
        [var plural, var name, var sub] => new ApiPath(group, version, "", plural, name, sub),
        _ => null,
    };
}
