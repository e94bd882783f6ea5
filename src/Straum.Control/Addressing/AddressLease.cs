using System.Net;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Addressing;

/// <summary>The addresses that one owner holds until it gives them back.</summary>
/// <param name="Owner">Who may give them back; nobody else can.</param>
/// <param name="Addresses">At most one of each family, in the order of the node's podCIDRs.</param>
public sealed record AddressLease(AddressOwner Owner, ValueArray<IPAddress> Addresses);
