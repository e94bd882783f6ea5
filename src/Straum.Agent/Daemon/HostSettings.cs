using Straum.Agent.Configuration;
using Straum.Linux;

namespace Straum.Agent.Daemon;

/// <summary>The kernel settings without which the datapath does not work. Everything else is `straum tune`'s.</summary>
internal static class HostSettings
{
    private const string ReservedPorts = "net.ipv4.ip_local_reserved_ports";
    private const string AcceptAdvertisements = "accept_ra";

    /// <exception cref="LinuxException">A setting cannot be written.</exception>
    public static void Apply(AgentOptions options)
    {
        if (options.Ipv4.Enabled)
        {
            Ensure("net.ipv4.ip_forward", "1");
        }
        if (options.Ipv6.Enabled && Directory.Exists("/proc/sys/net/ipv6"))
        {
            KeepRouterAdvertisements();
            Ensure("net.ipv6.conf.all.forwarding", "1");
        }
        ReservePorts(options.Masquerade.PortRange);
    }

    // A node that learns its own routes by router advertisement would lose them by becoming a router: 2 means
    // accept although forwarding (Documentation/networking/ip-sysctl.rst).
    private static void KeepRouterAdvertisements()
    {
        foreach (var device in Directory.EnumerateDirectories("/proc/sys/net/ipv6/conf"))
        {
            var path = Path.Combine(device, AcceptAdvertisements);
            if (File.ReadAllText(path).Trim() == "1")
            {
                File.WriteAllText(path, "2");
            }
        }
    }

    // Masqueraded flows take their ports from this range; the host's own sockets must not.
    private static void ReservePorts(PortRange range)
    {
        var reserved = Sysctl.Read(ReservedPorts).Trim();
        if (!reserved.Split(',').Contains(range.ToString()))
        {
            Sysctl.Write(ReservedPorts, reserved.Length == 0 ? range.ToString() : reserved + "," + range);
        }
    }

    private static void Ensure(string name, string value)
    {
        if (Sysctl.Read(name).Trim() != value)
        {
            Sysctl.Write(name, value);
        }
    }
}
