using System.Net;
using Straum.Control.Addressing;
using Straum.Kubernetes.Objects;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// All that is known of one attachment: what the runtime said, what was chosen for it, and how far it has come. Compared
/// by content. To add a field: here, in <see cref="PodJournalCodec"/> both ways, and in its round-trip test.
/// </summary>
public sealed record PodRecord
{
    public required AddressOwner Owner { get; init; }

    public required PodState State { get; init; }

    /// <summary>The name of the network configuration: GC keeps to its own.</summary>
    public required string Network { get; init; }

    /// <summary>CNI_NETNS as ADD gave it. The file may be gone while the namespace lives, and the other way round.</summary>
    public required string NetworkNamespace { get; init; }

    /// <summary>The inode of that namespace. The kernel uses these numbers again.</summary>
    public ulong NetworkNamespaceInode { get; init; }

    public PodIdentity Identity { get; init; } = PodIdentity.None;

    public required ValueArray<IPAddress> Addresses { get; init; }

    public required string HostInterface { get; init; }

    /// <summary>0 until the device is made.</summary>
    public int HostInterfaceIndex { get; init; }

    public required MacAddress HostMac { get; init; }

    public required MacAddress PodMac { get; init; }

    public required int Mtu { get; init; }

    /// <summary>What the runtime gave for the declared capabilities (portMappings, cgroupPath, …), as JSON; may be empty.</summary>
    public string RuntimeConfig { get; init; } = "";

    /// <summary>When ADD was called.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>What the datapath needs of it.</summary>
    public PodEndpoint Endpoint => new()
    {
        Owner = Owner,
        Identity = Identity,
        Addresses = Addresses,
        HostInterface = HostInterface,
        HostInterfaceIndex = HostInterfaceIndex,
        HostMac = HostMac,
        PodMac = PodMac,
    };

    public override string ToString() =>
        $"{Owner} ({Identity}, {string.Join(", ", (IEnumerable<IPAddress>)Addresses)}, {HostInterface}, {State})";
}
