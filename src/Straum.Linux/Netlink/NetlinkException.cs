namespace Straum.Linux.Netlink;

/// <summary>A request that the kernel refused over netlink, with the kernel's own words where it gave them.</summary>
public sealed class NetlinkException : LinuxException
{
    internal NetlinkException(string operation, string subject, Errno errno, string? kernelMessage)
        : base(operation, subject, errno, kernelMessage is null ? null : $"kernel: {kernelMessage}") =>
        KernelMessage = kernelMessage;

    /// <summary>The text of the extended acknowledgement (NLMSGERR_ATTR_MSG), such as <c>Nexthop has invalid gateway</c>.</summary>
    public string? KernelMessage { get; }
}
