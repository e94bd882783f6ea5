using System.Net;

namespace Straum.Doctor.Hosts;

/// <summary>The network namespace of a pod of this node.</summary>
/// <param name="Name">namespace/name as the agent knows it; else the namespace's name, or the process that lives in it.</param>
/// <param name="Path">What opens the namespace: <c>/run/netns/…</c> or <c>/proc/…/ns/net</c>.</param>
/// <param name="Process">A process that lives in it, 0 when none does.</param>
/// <param name="HostDevice">The node's end of the veth pair.</param>
/// <param name="PodDevice">The pod's end, mostly eth0.</param>
/// <param name="Network">What may be asked in it.</param>
public sealed record PodNetwork(string Name, string Path, int Process, string HostDevice, string PodDevice, INetwork Network);
