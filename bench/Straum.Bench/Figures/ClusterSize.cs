using Straum.Bench.Api;
using Straum.Bench.Peers;

namespace Straum.Bench.Figures;

/// <summary>How large a cluster is that an agent has to take in.</summary>
/// <param name="Services">Services of one port.</param>
/// <param name="EndpointsEach">Endpoints of each.</param>
/// <param name="Pods">Pods that these are of, on nodes of a hundred.</param>
internal sealed record ClusterSize(int Services, int EndpointsEach, int Pods)
{
    public const int ServicePort = 80;

    /// <summary>Every so manieth Service is asked: its endpoints are pods of the bed.</summary>
    public const int AskedEach = 100;

    private const int TargetPort = 8080;
    private const uint PodBase = 10u << 24 | 100u << 16;

    public int Nodes => Pods / 100;

    public override string ToString() => $"{Services:N0} Services × {EndpointsEach} endpoints";

    /// <summary>The nodes, but for the bed's own; on its link, as far as addresses say.</summary>
    public IEnumerable<ApiObject> NodeObjects() => Enumerable.Range(0, Nodes).Select(ClusterObjects.DistantNode);

    /// <summary>The Services and their slices.</summary>
    /// <param name="servers">Addresses of the pods that answer.</param>
    /// <param name="serverPort">Their port.</param>
    public IEnumerable<ApiObject> ServiceObjects(IReadOnlyList<string> servers, int serverPort) =>
        Enumerable.Range(0, Services).SelectMany(i => new[] { ClusterObjects.Service(i, ServicePort), SliceOf(i, servers, serverPort) });

    /// <summary>As many Services for other rule sets, of which nobody asks any.</summary>
    public IEnumerable<PeerService> PeerServices() =>
        Enumerable.Range(0, Services).Select(i => new PeerService(i, ClusterObjects.ClusterIP(i), ServicePort, [.. EndpointsOf(i, 0)], TargetPort));

    private ApiObject SliceOf(int service, IReadOnlyList<string> servers, int serverPort) =>
        IsAsked(service)
            ? ClusterObjects.Slice(service, serverPort, servers)
            : ClusterObjects.Slice(service, TargetPort, EndpointsOf(service, 0));

    /// <summary>The same Service after one of its pods was replaced.</summary>
    public ApiObject ChangedSliceOf(int service, int change) => ClusterObjects.Slice(service, TargetPort, EndpointsOf(service, change));

    public bool IsAsked(int service) => service % AskedEach == 0 || service == Services - 1;

    private IEnumerable<string> EndpointsOf(int service, int change) =>
        Enumerable.Range(0, EndpointsEach).Select(i => PodAddress((service * EndpointsEach + i + (i == 0 ? change * 7919 : 0)) % Pods));

    // The first address of a node's prefix is nobody's.
    private static string PodAddress(int pod) => ClusterObjects.Address(PodBase, pod / 100 * 256 + 1 + pod % 100);
}
