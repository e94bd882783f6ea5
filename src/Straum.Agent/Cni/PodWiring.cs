using System.Net;
using System.Net.Sockets;
using Straum.Kubernetes.Objects;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Agent.Cni;

/// <summary>
/// Pods' devices in the kernel, as pairs of veth devices. The namespace of the thread that makes this object is the host's.
/// <para>
/// In the pod: the address alone (/32, /128), a default route to a link-local gateway that the datapath answers for, no
/// link-local IPv6 address, and no automatic configuration. On the host: a route and a permanent neighbor entry per
/// address, so that the host never has to ask for a pod.
/// </para>
/// </summary>
public sealed class PodWiring : IPodNetwork, IDisposable
{
    private readonly RtNetlink _host = RtNetlink.Open();
    private readonly PodSettings _settings;

    /// <param name="settings">What each pod's namespace gets; null for nothing.</param>
    public PodWiring(PodSettings? settings = null)
    {
        _settings = settings ?? PodSettings.None;
        using var own = NetworkNamespace.Current();
        HostNamespace = own.Inode;
    }

    public bool HasIpv6 { get; } = Directory.Exists("/proc/sys/net/ipv6");

    public ulong HostNamespace { get; }

    public ulong? TryGetNamespace(string path)
    {
        if (!NetworkNamespace.TryOpen(path, out var found))
        {
            return null;
        }
        using (found)
        {
            return found.Inode;
        }
    }

    public IPodLink Create(PodRecord pod)
    {
        var space = NetworkNamespace.Open(pod.NetworkNamespace);
        Link? link = null;
        try
        {
            link = CreatePair(pod, space);
            if (HasIpv6)
            {
                _host.Links.SetAddrGenModeNone(link.Index);
            }
            // The link opposite is the pod's end, counted in the pod's namespace.
            var podIndex = link.ParentIndex;
            return new PodPair(this, pod, link.Index, space.Run(() => PreparePod(pod, podIndex)), podIndex, space);
        }
        catch
        {
            if (link is not null)
            {
                _host.Links.Delete(link.Index);
            }
            space.Dispose();
            throw;
        }
    }

    public bool Remove(string hostInterface) => _host.Links.Delete(hostInterface);

    public bool RepairHost(PodRecord pod)
    {
        if (!_host.Links.TryGet(pod.HostInterface, out var link))
        {
            return false;
        }
        if (!link.IsUp)
        {
            _host.Links.SetUp(link.Index);
        }
        foreach (var address in pod.Addresses)
        {
            WriteHostRoute(address, link.Index, pod.PodMac);
        }
        return true;
    }

    public IReadOnlyList<string> Verify(PodRecord pod, PodExpectation expected)
    {
        var faults = new List<string>();
        if (!_host.Links.TryGet(pod.HostInterface, out var host))
        {
            return [$"{pod.HostInterface} is missing on the host"];
        }
        VerifyHost(pod, host, faults);
        try
        {
            using var space = NetworkNamespace.Open(pod.NetworkNamespace);
            using var inside = RtNetlink.Open(space);
            VerifyPod(pod, expected, inside, faults);
        }
        catch (LinuxException e)
        {
            faults.Add($"the namespace {pod.NetworkNamespace} cannot be read: {e.Message}");
        }
        return faults;
    }

    public IReadOnlyList<PodHostLink> List()
    {
        var routes = _host.Routes.List(protocol: (RouteProtocol)PodLink.RouteProtocol).ToLookup(r => r.InterfaceIndex);
        return [.. _host.Links.List()
            .Where(l => l.Kind == "veth" && l.Name.StartsWith(PodLink.HostNamePrefix, StringComparison.Ordinal))
            .Select(l => new PodHostLink(
                l.Name, l.Index, l.IsUp, routes[l.Index].Select(r => r.Destination.BaseAddress).ToValueArray()))];
    }

    public void Dispose() => _host.Dispose();

    private static int PrefixLengthOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;

    /// <summary>Of the calling thread's namespace. In the form with slashes the device's name may contain dots.</summary>
    private static void WriteIpv6Setting(string device, string name, int value) =>
        Sysctl.Write($"net/ipv6/conf/{device}/{name}", value);

    private Link CreatePair(PodRecord pod, NetworkNamespace space)
    {
        try
        {
            return CreateVeth();
        }
        catch (LinuxException e) when (e.Errno == Errno.EEXIST && _host.Links.Delete(pod.HostInterface))
        {
            // The name follows from the owner, so this was a pair of the same attachment, and nobody remembered it.
            return CreateVeth();
        }

        Link CreateVeth() => _host.Links.CreateVeth(
            pod.HostInterface, pod.Owner.InterfaceName, space, pod.Mtu, pod.HostMac, pod.PodMac);
    }

    /// <summary>Runs inside the pod's namespace. The device is down: nothing can be sent or received yet.</summary>
    private RtNetlink PreparePod(PodRecord pod, int index)
    {
        _settings.Write();
        var netlink = RtNetlink.Open();
        try
        {
            var name = pod.Owner.InterfaceName;
            if (HasIpv6)
            {
                // Also where the pod has no IPv6 address: a router advertisement must not give it one (CVE-2020-10749).
                WriteIpv6Setting(name, "accept_ra", 0);
                WriteIpv6Setting(name, "accept_dad", 0);
                netlink.Links.SetAddrGenModeNone(index);
            }
            if (pod.Addresses.Any(a => a.AddressFamily == AddressFamily.InterNetworkV6))
            {
                // Some runtimes switch IPv6 off in every new namespace. Read first: writing this one spins for rtnl_lock.
                if (Sysctl.Read($"net/ipv6/conf/{name}/disable_ipv6") != "0")
                {
                    WriteIpv6Setting(name, "disable_ipv6", 0);
                }
            }
            foreach (var address in pod.Addresses)
            {
                netlink.Addresses.Add(index, address, PrefixLengthOf(address), noDad: address.AddressFamily == AddressFamily.InterNetworkV6);
            }
            return netlink;
        }
        catch
        {
            netlink.Dispose();
            throw;
        }
    }

    private void WriteHostRoute(IPAddress address, int index, MacAddress podMac)
    {
        // The neighbor first: with the route in place the host would ask for it.
        _host.Neighbors.Replace(new Neighbor { InterfaceIndex = index, Address = address, MacAddress = podMac });
        _host.Routes.Replace(new Route
        {
            Destination = new IPNetwork(address, PrefixLengthOf(address)),
            InterfaceIndex = index,
            Scope = RouteScope.Link,
            Protocol = (RouteProtocol)PodLink.RouteProtocol,
        });
    }

    private void VerifyHost(PodRecord pod, Link host, List<string> faults)
    {
        if (host.Index != pod.HostInterfaceIndex)
        {
            faults.Add($"{pod.HostInterface} was made anew: its index is {host.Index}, not {pod.HostInterfaceIndex}");
        }
        if (!host.IsUp)
        {
            faults.Add($"{pod.HostInterface} is down");
        }
        foreach (var address in pod.Addresses)
        {
            if (_host.Routes.Get(address) is not { } route || route.InterfaceIndex != host.Index)
            {
                faults.Add($"the host has no route to {address} over {pod.HostInterface}");
            }
        }
    }

    private static void VerifyPod(PodRecord pod, PodExpectation expected, RtNetlink inside, List<string> faults)
    {
        var name = pod.Owner.InterfaceName;
        if (!inside.Links.TryGet(name, out var link))
        {
            faults.Add($"{name} is missing in the pod");
            return;
        }
        if (!link.IsUp)
        {
            faults.Add($"{name} is down in the pod");
        }
        if (link.MacAddress != pod.PodMac)
        {
            faults.Add($"{name} has the address {link.MacAddress}, not {pod.PodMac}");
        }
        var addresses = inside.Addresses.List(link.Index).Select(a => a.Address).ToHashSet();
        faults.AddRange(expected.Addresses.Where(a => !addresses.Contains(a)).Select(a => $"{name} has lost its address {a}"));
        var routes = inside.Routes.List().Where(r => r.InterfaceIndex == link.Index).Select(r => r.Destination).ToHashSet();
        faults.AddRange(expected.Routes.Where(r => !routes.Contains(r)).Select(r => $"the pod has lost its route {r} dev {name}"));
    }

    private sealed class PodPair(
        PodWiring wiring, PodRecord pod, int hostIndex, RtNetlink inside, int podIndex, NetworkNamespace space) : IPodLink
    {
        private const int LoopbackIndex = 1;

        public int HostInterfaceIndex => hostIndex;

        public void Activate()
        {
            inside.Links.SetUp(LoopbackIndex);
            wiring._host.Links.SetUp(hostIndex);
            foreach (var address in pod.Addresses)
            {
                wiring.WriteHostRoute(address, hostIndex, pod.PodMac);
            }
            inside.Links.SetUp(podIndex);
            foreach (var address in pod.Addresses)
            {
                AddRoutes(address.AddressFamily);
            }
            // The end that came up first has a queue that drops until a worker of the kernel gives it its own, which waits for
            // the rtnl lock like everybody; who asks for the device (since Linux 6.8) has it done at once.
            wiring._host.Links.TryGet(hostIndex, out _);
        }

        public void Dispose()
        {
            inside.Dispose();
            space.Dispose();
        }

        /// <summary>
        /// IPv4 gets the gateway's own route too, rather than a flag on the default route: sandboxes that copy a pod's
        /// routes (gVisor, Kata) know that form. An IPv6 link-local gateway is on the link by itself.
        /// </summary>
        private void AddRoutes(AddressFamily family)
        {
            if (family == AddressFamily.InterNetwork)
            {
                inside.Routes.Add(new Route { Destination = PodLink.GatewayRoute, InterfaceIndex = podIndex, Scope = RouteScope.Link });
            }
            inside.Routes.Add(new Route
            {
                Destination = PodLink.DefaultRouteOf(family),
                Gateway = PodLink.GatewayFor(family),
                InterfaceIndex = podIndex,
            });
        }
    }
}
