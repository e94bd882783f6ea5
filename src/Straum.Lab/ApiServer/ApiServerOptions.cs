using System.Net;
using System.Net.Sockets;

namespace Straum.Lab.ApiServer;

/// <summary>
/// Everything that the API server can be told. To add an option: a property with its default here, a check in
/// <see cref="Validate"/>, an option in <c>ApiServerCommand</c>, a line in docs/reference/apiserver.md.
/// </summary>
public sealed record ApiServerOptions
{
    /// <summary>Holds the journal, the certificate authority and the token; made if missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the kubeconfig is written; null writes none.</summary>
    public string? Kubeconfig { get; init; }

    public IReadOnlyList<ListenAddress> Listen { get; init; } = [new(null, new IPEndPoint(IPAddress.Loopback, 6443))];

    /// <summary>One range, or one of each family; the first family is that of single-stack Services.</summary>
    public IReadOnlyList<IPNetwork> ServiceRanges { get; init; } = [IPNetwork.Parse("10.96.0.0/16"), IPNetwork.Parse("fd96::/112")];

    public ControllerSet Controllers { get; init; } = ControllerSet.All;

    /// <summary>Where whoever runs the pods keeps what their containers write: <c>NAMESPACE/POD/CONTAINER.log</c>. Null when nobody does.</summary>
    public string? PodLogs { get; init; }

    /// <summary>Whoever has the token may make the server fail, at <c>/straum/faults</c>: for tests and the lab.</summary>
    public bool Faults { get; init; }

    /// <summary>How often a quiet watch is told how far it has come.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Everything that is wrong with the options; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        if (Listen.Count == 0)
        {
            problems.Add("listen: at least one address is needed");
        }
        foreach (var address in Listen.Where(a => a.NetworkNamespace is null && !IPAddress.IsLoopback(a.EndPoint.Address)))
        {
            problems.Add($"listen {address}: not a loopback address");
        }
        if (ServiceRanges.Count is 0 or > 2 || ServiceRanges.DistinctBy(range => range.BaseAddress.AddressFamily).Count() != ServiceRanges.Count)
        {
            problems.Add("service-cidr: one range is needed, or one of each family");
        }
        foreach (var range in ServiceRanges)
        {
            var bits = range.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
            if (bits - range.PrefixLength < 3)
            {
                problems.Add($"service-cidr {range}: fewer than 8 addresses");
            }
        }
        return problems;
    }
}
