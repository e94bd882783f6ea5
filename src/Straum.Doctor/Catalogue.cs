using Straum.Doctor.Checks.Cluster;
using Straum.Doctor.Checks.Conntrack;
using Straum.Doctor.Checks.Cpu;
using Straum.Doctor.Checks.Disk;
using Straum.Doctor.Checks.Dns;
using Straum.Doctor.Checks.Kernel;
using Straum.Doctor.Checks.Network;
using Straum.Doctor.Checks.Pods;
using Straum.Doctor.Checks.Rules;
using Straum.Doctor.Checks.Sysctls;

namespace Straum.Doctor;

/// <summary>Every check there is.</summary>
public static class Catalogue
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new KernelVersion(),
        new KernelFeatures(),
        new TypeInformation(),
        new Virtualization(),
        new BpfFileSystem(),
        new ControlGroups(),
        new JitCompiler(),
        new CpuSteal(),
        new SoftirqBacklog(),
        new CpuPressure(),
        new MemoryPressure(),
        new KernelTableUsage(),
        new KernelTableDrops(),
        new KernelTableSize(),
        new EstablishedTimeout(),
        new AgentTables(),
        new OverlayLinks(),
        new OverlayMtu(),
        new PathMtu(),
        new ReceiveQueues(),
        new Offloads(),
        new DeviceLosses(),
        new NeighborTableFill(),
        new Retransmissions(),
        new ListenQueues(),
        new CongestionControl(),
        new UplinkState(),
        new DatagramQueues(),
        new IptablesRules(),
        new LongChains(),
        new IpVirtualServer(),
        new KubeProxyMode(),
        new KubeProxyLeftovers(),
        new PortRange(),
        new ListenBacklog(),
        new TimeWait(),
        new SocketBuffers(),
        new ReversePath(),
        new PodsUntuned(),
        new DeadSettings(),
        new Forwarding(),
        new SyncLatency(),
        new RotationalDisk(),
        new IoPressure(),
        new EtcdMetrics(),
        new FreeSpace(),
        new HostLookups(),
        new PodLookups(),
        new Amplification(),
        new CoreDnsThrottling(),
        new HostResolverFile(),
        new DefaultRoute(),
        new GatewayNeighbor(),
        new PodMtu(),
        new PairState(),
        new AttachedPods(),
        new AgentState(),
        new ApiConnection(),
        new NodeDistance(),
        new ServicesWithoutEndpoints(),
        new PendingLoadBalancers(),
        new Convergence(),
        new Refusals(),
    ];

    /// <summary>Ids of checks that are gone; never given again.</summary>
    public static IReadOnlyList<string> Retired { get; } = [];

    /// <summary>Null when no check has the id.</summary>
    public static Check? Find(string id) => All.FirstOrDefault(c => c.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
}
