using System.Net;

namespace Straum.Lab.Check;

/// <summary>A place that questions are asked from.</summary>
/// <param name="Name">A pod's or a node's name.</param>
/// <param name="Node">The node it is on.</param>
/// <param name="NetworkNamespace">Name of its network namespace.</param>
/// <param name="Cgroup">Where a process of that place lives, relative to the cgroup2 mount.</param>
/// <param name="Addresses">Its addresses.</param>
/// <param name="IsPod">A pod, else a node.</param>
public sealed record Vantage(string Name, string Node, string NetworkNamespace, string Cgroup, IReadOnlyList<IPAddress> Addresses, bool IsPod);
