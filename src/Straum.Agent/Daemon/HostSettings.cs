using Straum.Agent.Cni;
using Straum.Agent.Configuration;
using Straum.Agent.Install;
using Straum.Linux;

namespace Straum.Agent.Daemon;

/// <summary>The kernel settings without which the datapath does not work. Everything else is `straum tune`'s.</summary>
internal static class HostSettings
{
    private const string ReservedPorts = "net.ipv4.ip_local_reserved_ports";
    private const string Ipv6Devices = "/proc/sys/net/ipv6/conf";

    /// <exception cref="LinuxException">A setting cannot be written.</exception>
    public static void Apply(AgentOptions options, SettingsRecord record)
    {
        if (options.Ipv4.Enabled)
        {
            record.Set("net.ipv4.ip_forward", "1");
        }
        if (options.Ipv6.Enabled && Directory.Exists(Ipv6Devices))
        {
            KeepRouterAdvertisements(record);
            record.Set("net.ipv6.conf.all.forwarding", "1");
        }
        ReservePorts(options.Masquerade.PortRange, record);
    }

    // A node that learns its own routes by router advertisement would lose them by becoming a router: 2 means
    // accept although forwarding (Documentation/networking/ip-sysctl.rst). Not for pods' devices, nor by default
    // for those to come: what is behind them must not tell the node where to send its packets (CVE-2020-10749).
    private static void KeepRouterAdvertisements(SettingsRecord record)
    {
        var devices = Directory.EnumerateDirectories(Ipv6Devices).Select(path => Path.GetFileName(path))
            .Where(name => name is not ("all" or "default") && !name.StartsWith(PodLink.HostNamePrefix, StringComparison.Ordinal));
        foreach (var device in devices)
        {
            var name = $"net/ipv6/conf/{device}/accept_ra";
            if (Sysctl.TryRead(name, out var value) && value == "1")
            {
                TrySet(record, name, "2");
            }
        }
    }

    // Other devices come and go as they like.
    private static void TrySet(SettingsRecord record, string name, string value)
    {
        try
        {
            record.Set(name, value);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
        }
    }

    // Masqueraded flows take their ports from this range; the host's own sockets must not.
    private static void ReservePorts(PortRange range, SettingsRecord record)
    {
        var reserved = Sysctl.Read(ReservedPorts).Trim();
        if (!reserved.Split(',').Contains(range.ToString()))
        {
            record.Set(ReservedPorts, reserved.Length == 0 ? range.ToString() : reserved + "," + range);
        }
    }
}
