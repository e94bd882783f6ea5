namespace Straum.Linux.Netlink;

/// <summary>A queueing discipline of a device.</summary>
/// <param name="InterfaceIndex">Of the device.</param>
/// <param name="Kind">fq, fq_codel, mq, noqueue…</param>
/// <param name="IsRoot">The device's own, not one below another discipline and not clsact.</param>
public sealed record Qdisc(int InterfaceIndex, string Kind, bool IsRoot);
