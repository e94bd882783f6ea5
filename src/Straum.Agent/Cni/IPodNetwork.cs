using System.Net;
using Straum.Control.Addressing;
using Straum.Kubernetes.Objects;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// The devices, addresses and routes of pods, in their namespaces and in the host's. Calls block and may come from several
/// threads at once; refusals of the kernel are <see cref="LinuxException"/>s.
/// </summary>
public interface IPodNetwork
{
    /// <summary>Whether this kernel has IPv6: without it pods get no IPv6 address even if the node has a prefix.</summary>
    bool HasIpv6 { get; }

    /// <summary>Finds out which namespace a path leads to. <c>null</c> when it leads to none.</summary>
    ulong? TryGetNamespace(string path);

    /// <summary>The agent's own namespace, which is no pod's.</summary>
    ulong HostNamespace { get; }

    /// <summary>
    /// Makes the pair of devices, both down, and gives the pod's end its addresses. A host end of the same name, left by an
    /// attachment that nobody remembers, is removed first.
    /// </summary>
    /// <exception cref="LinuxException">EEXIST when the pod has an interface of that name.</exception>
    IPodLink Create(PodRecord pod);

    /// <summary>Removes the pair by its host end, and with it routes and neighbor entries. Returns <c>false</c> when it was not there.</summary>
    bool Remove(string hostInterface);

    /// <summary>Writes what is missing of the host's side: device up, routes, neighbor entries. Returns <c>false</c> when the device is gone.</summary>
    bool RepairHost(PodRecord pod);

    /// <summary>Looks whether the pod's side and the host's are as ADD made them. Returns what is not, each as one sentence.</summary>
    IReadOnlyList<string> Verify(PodRecord pod, PodExpectation expected);

    /// <summary>Every host end on this node, also those that nobody remembers.</summary>
    IReadOnlyList<PodHostLink> List();
}
