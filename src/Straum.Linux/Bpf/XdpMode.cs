namespace Straum.Linux.Bpf;

/// <summary>Where XDP runs (XDP_FLAGS_*).</summary>
public enum XdpMode
{
    /// <summary>In the driver if it can, else in the stack.</summary>
    Any = 0,

    /// <summary>In the network stack, after the packet got its memory: works on every device, gains little.</summary>
    Generic = 2,

    /// <summary>In the driver; EOPNOTSUPP when it cannot.</summary>
    Native = 4,
}
