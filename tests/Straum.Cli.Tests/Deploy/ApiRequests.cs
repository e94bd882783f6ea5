using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Straum.Cli.Tests.Deploy;

/// <summary>
/// The requests that an API server of the tests was asked, in RBAC's words: "watch discovery.k8s.io/endpointslices". Taken from what
/// the web server logs of every request.
/// </summary>
internal sealed partial class ApiRequests : ILoggerProvider, ILogger
{
    private readonly ConcurrentDictionary<string, byte> _seen = new();

    public ICollection<string> Seen => _seen.Keys;

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Request().Match(formatter(state, exception)) is { Success: true } match)
        {
            var (method, path, query) = (match.Groups["method"].Value, match.Groups["path"].Value, match.Groups["query"].Value);
            _seen.TryAdd(InWordsOfRbac(method, path.Trim('/').Split('/'), query), 0);
        }
    }

    // /api/v1/…, /apis/GROUP/VERSION/…, each with or without namespaces/NAMESPACE/ before RESOURCE[/NAME[/SUBRESOURCE]].
    private static string InWordsOfRbac(string method, string[] path, string query)
    {
        var (group, rest) = path[0] is "api" ? ("", path[2..]) : (path[1], path[3..]);
        rest = rest is ["namespaces", _, _, ..] ? rest[2..] : rest;
        var verb = method switch
        {
            "GET" when query.Contains("watch=", StringComparison.Ordinal) => "watch",
            "GET" => rest.Length > 1 ? "get" : "list",
            "POST" => "create",
            "PUT" => "update",
            _ => method.ToLowerInvariant(),
        };
        return $"{verb} {group}/{rest[0]}{(rest.Length > 2 ? "/" + rest[2] : "")}";
    }

    [GeneratedRegex(@"^Request starting HTTP/\S+ (?<method>[A-Z]+) https?://[^/]+(?<path>/apis?/[^?\s]*)(?<query>\S*) ")]
    private static partial Regex Request();
}
