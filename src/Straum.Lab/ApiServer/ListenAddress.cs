using System.Net;

namespace Straum.Lab.ApiServer;

/// <summary>Where the API server listens: a loopback address of this host, or any address inside a network namespace.</summary>
/// <param name="NetworkNamespace">Name of the namespace; null for the host's own.</param>
/// <param name="EndPoint">Port 0 takes a free one.</param>
public sealed record ListenAddress(string? NetworkNamespace, IPEndPoint EndPoint)
{
    private const string NamespacePrefix = "netns:";

    /// <summary>Reads <c>ADDR:PORT</c> or <c>netns:NAME/ADDR:PORT</c>; false with the reason when it is neither.</summary>
    public static bool TryParse(string text, out ListenAddress? address, out string problem)
    {
        address = null;
        problem = "";
        string? ns = null;
        var rest = text;
        if (text.StartsWith(NamespacePrefix, StringComparison.Ordinal))
        {
            var slash = text.IndexOf('/', StringComparison.Ordinal);
            if (slash <= NamespacePrefix.Length)
            {
                problem = $"{text}: a namespace reads netns:NAME/ADDR:PORT";
                return false;
            }
            ns = text[NamespacePrefix.Length..slash];
            rest = text[(slash + 1)..];
        }
        if (!IPEndPoint.TryParse(rest, out var endPoint) || !rest.EndsWith($":{endPoint.Port}", StringComparison.Ordinal))
        {
            problem = $"{text}: not ADDR:PORT (an IPv6 address stands in brackets)";
            return false;
        }
        if (ns is null && !IPAddress.IsLoopback(endPoint.Address))
        {
            problem = $"{text}: the API server listens on loopback only; inside a network namespace any address is allowed (netns:NAME/{rest})";
            return false;
        }
        address = new ListenAddress(ns, endPoint);
        return true;
    }

    public override string ToString() => NetworkNamespace is null ? $"{EndPoint}" : $"{NamespacePrefix}{NetworkNamespace}/{EndPoint}";
}
