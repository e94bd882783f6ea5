using Straum.Control.Addressing;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>An ADD, checked.</summary>
/// <param name="Owner">The attachment.</param>
/// <param name="Network">The name of the network configuration.</param>
/// <param name="NetworkNamespace">The path to the pod's namespace.</param>
/// <param name="Identity">The Kubernetes pod.</param>
/// <param name="PodMac">What the runtime wants the pod's device to have; <c>null</c> when it does not mind.</param>
/// <param name="RuntimeConfig">To be kept with the pod.</param>
public sealed record AttachRequest(
    AddressOwner Owner, string Network, string NetworkNamespace, PodIdentity Identity, MacAddress? PodMac, string RuntimeConfig);
