using System.Net;
using Straum.Kubernetes.Objects;

namespace Straum.Agent.Cni;

/// <summary>A host end as the kernel has it.</summary>
/// <param name="Name">Begins with <see cref="PodLink.HostNamePrefix"/>.</param>
/// <param name="Index">Changes when the device is made anew.</param>
/// <param name="IsUp">Set up.</param>
/// <param name="Addresses">That our routes lead to over it.</param>
public sealed record PodHostLink(string Name, int Index, bool IsUp, ValueArray<IPAddress> Addresses);
