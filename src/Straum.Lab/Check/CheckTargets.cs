using System.Net;
using System.Net.Sockets;

namespace Straum.Lab.Check;

/// <summary>Everything there is to ask, as found in the cluster and set up for the check.</summary>
/// <param name="Pods">Pods of the sample, ready, each with the ports of <c>straum echo</c>.</param>
/// <param name="Hosts">The nodes.</param>
/// <param name="HostPorts">Where a responder listens on each node: tcp and udp.</param>
/// <param name="Service">The sample's Service; null when it is not there.</param>
/// <param name="Outside">Where a responder listens in the client's namespace.</param>
public sealed record CheckTargets(
    IReadOnlyList<Vantage> Pods, IReadOnlyList<Vantage> Hosts, IReadOnlyDictionary<string, ResponderPorts> HostPorts,
    ServiceTarget? Service, OutsideTarget Outside);

/// <summary>Ports of a responder.</summary>
public readonly record struct ResponderPorts(int Tcp, int Udp);

/// <summary>The sample's Service.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Addresses">Its cluster addresses.</param>
/// <param name="Backends">Names of the ready pods behind it.</param>
public sealed record ServiceTarget(string Name, IReadOnlyList<IPAddress> Addresses, IReadOnlyList<string> Backends);

/// <summary>The client outside the cluster.</summary>
public sealed record OutsideTarget(IPAddress V4, IPAddress V6, ResponderPorts Ports)
{
    public IPAddress Of(AddressFamily family) => family is AddressFamily.InterNetwork ? V4 : V6;
}
