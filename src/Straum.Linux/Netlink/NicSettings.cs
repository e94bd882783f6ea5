namespace Straum.Linux.Netlink;

/// <summary>What the driver of a network device says, as ethtool(8) shows it. Null where the driver does not say.</summary>
/// <param name="Driver">virtio_net, ixgbe, veth…</param>
/// <param name="Queues">Receive queues in use.</param>
/// <param name="MaxQueues">Receive queues that it could use.</param>
/// <param name="ReceiveRing">Descriptors of each receive queue.</param>
/// <param name="MaxReceiveRing">As many as there could be.</param>
/// <param name="ReceiveAggregation">GRO.</param>
/// <param name="Segmentation">TSO.</param>
/// <param name="ReceiveChecksum">The device verifies checksums.</param>
/// <param name="SendChecksum">The device computes checksums.</param>
public sealed record NicSettings(
    string Driver, int? Queues, int? MaxQueues, int? ReceiveRing, int? MaxReceiveRing,
    bool? ReceiveAggregation, bool? Segmentation, bool? ReceiveChecksum, bool? SendChecksum);
