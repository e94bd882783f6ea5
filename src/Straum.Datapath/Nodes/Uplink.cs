using System.Net;

namespace Straum.Datapath.Nodes;

/// <summary>The device by which this node reaches the others, as it is now.</summary>
/// <param name="Connected">Prefixes that are on the link itself.</param>
/// <param name="NodeAddresses">This node's addresses, one of each family it has, as its Node object names them.</param>
public sealed record Uplink(string Name, int Index, int Mtu, IReadOnlyList<IPNetwork> Connected, IReadOnlyList<IPAddress> NodeAddresses);
