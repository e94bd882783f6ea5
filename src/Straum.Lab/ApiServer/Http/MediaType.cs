namespace Straum.Lab.ApiServer.Http;

/// <summary>One media type of an Accept or Content-Type header: the type in lower case, and its parameters.</summary>
internal sealed record MediaType(string Type, IReadOnlyDictionary<string, string> Parameters)
{
    public const string Json = "application/json";

    public string Parameter(string name) => Parameters.GetValueOrDefault(name, "");

    /// <summary>The types of an Accept header in the order written; quality values are not weighed, as in the real server.</summary>
    public static IReadOnlyList<MediaType> ParseList(string? header) =>
        string.IsNullOrWhiteSpace(header) ? [] : [.. header.Split(',').Select(Parse)];

    public static MediaType Parse(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
            {
                parameters[part[..at].Trim()] = part[(at + 1)..].Trim().Trim('"');
            }
        }
        return new MediaType(parts.Length == 0 ? "" : parts[0].ToLowerInvariant(), parameters);
    }
}
