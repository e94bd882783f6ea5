using System.Net;
using Straum.Control.Addressing;
using Straum.Kubernetes.Objects;

namespace Straum.Agent.Cni;

/// <summary>Pods as ADD writes them down before it makes their devices.</summary>
internal static class PodRecords
{
    /// <summary>With the address 10.244.1.<paramref name="number"/>.</summary>
    public static PodRecord In(TestNamespace pod, int number = 2)
    {
        var owner = new AddressOwner($"c{number}", "eth0");
        return new PodRecord
        {
            Owner = owner,
            State = PodState.Attaching,
            Network = "straum",
            NetworkNamespace = pod.Namespace.Path,
            Addresses = new[] { IPAddress.Parse($"10.244.1.{number}") }.ToValueArray(),
            HostInterface = PodLink.HostNameOf(owner),
            HostMac = PodLink.HostMac,
            PodMac = PodLink.PodMacOf(owner),
            Mtu = 1450,
            Since = DateTimeOffset.UnixEpoch,
        };
    }
}
