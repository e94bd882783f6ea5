using System.Net;
using Straum.Linux;

namespace Straum.Datapath.Pods;

/// <summary>A pod of this node as the datapath sees it.</summary>
/// <param name="Id">Number of the pod on this node, the same for all its addresses.</param>
/// <param name="InterfaceIndex">Host side of its veth.</param>
/// <param name="HostMac">Of the host side: what the pod's gateway answers with.</param>
public sealed record PodBinding(uint Id, int InterfaceIndex, MacAddress PodMac, MacAddress HostMac, IReadOnlyList<IPAddress> Addresses);
