namespace Straum.Linux.Netlink;

/// <summary>The head of struct rtnl_link_stats64: counters since the device was made.</summary>
public readonly record struct LinkStatistics(
    ulong ReceivedPackets, ulong SentPackets, ulong ReceivedBytes, ulong SentBytes,
    ulong ReceiveErrors, ulong SendErrors, ulong ReceiveDropped, ulong SendDropped);
