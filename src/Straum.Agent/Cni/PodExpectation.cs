using System.Net;
using System.Net.Sockets;

namespace Straum.Agent.Cni;

/// <summary>What to look for in a pod: what ADD made, as far as the runtime still expects it.</summary>
/// <param name="Addresses">On the pod's interface.</param>
/// <param name="Routes">Out of the pod's interface.</param>
public sealed record PodExpectation(IReadOnlyList<IPAddress> Addresses, IReadOnlyList<IPNetwork> Routes)
{
    /// <summary>All that ADD makes.</summary>
    public static PodExpectation Everything(PodRecord pod)
    {
        var families = pod.Addresses.Select(a => a.AddressFamily).ToList();
        return new PodExpectation(
            [.. pod.Addresses],
            [
                .. families.Where(f => f == AddressFamily.InterNetwork).Select(_ => PodLink.GatewayRoute),
                .. families.Select(PodLink.DefaultRouteOf),
            ]);
    }

    /// <summary>What ADD makes and <paramref name="result"/> lists.</summary>
    public static PodExpectation Of(PodRecord pod, CniPreviousResult result)
    {
        var everything = Everything(pod);
        return new PodExpectation(
            [.. everything.Addresses.Where(result.Addresses.Contains)], [.. everything.Routes.Where(result.Routes.Contains)]);
    }
}
