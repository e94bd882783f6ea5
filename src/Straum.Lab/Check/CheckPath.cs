namespace Straum.Lab.Check;

/// <summary>One row of the reachability matrix: from what kind of place to what kind of place, and how.</summary>
public sealed record CheckPath(string Name, string Title)
{
    public static readonly CheckPath PodSameNode = new("pod-pod-same-node", "pod → pod, same node");
    public static readonly CheckPath PodOtherNode = new("pod-pod-other-node", "pod → pod, other node");
    public static readonly CheckPath PodService = new("pod-service", "pod → Service");
    public static readonly CheckPath PodServicePerPacket = new("pod-service-per-packet", "pod → Service, per packet");
    public static readonly CheckPath PodOwnService = new("pod-own-service", "pod → its own Service");
    public static readonly CheckPath PodOwnServicePerPacket = new("pod-own-service-per-packet", "pod → its own Service, per packet");
    public static readonly CheckPath ServiceBackends = new("service-backends", "Service → every backend");
    public static readonly CheckPath HostOwnPod = new("host-pod-own-node", "host → pod, own node");
    public static readonly CheckPath HostOtherPod = new("host-pod-other-node", "host → pod, other node");
    public static readonly CheckPath HostService = new("host-service", "host → Service");
    public static readonly CheckPath PodOwnHost = new("pod-host-own-node", "pod → host, own node");
    public static readonly CheckPath PodOtherHost = new("pod-host-other-node", "pod → host, other node");
    public static readonly CheckPath PodOutside = new("pod-outside", "pod → outside, as its node");

    /// <summary>Every row, from top to bottom.</summary>
    public static IReadOnlyList<CheckPath> All { get; } =
    [
        PodSameNode, PodOtherNode, PodService, PodServicePerPacket, PodOwnService, PodOwnServicePerPacket, ServiceBackends,
        HostOwnPod, HostOtherPod, HostService, PodOwnHost, PodOtherHost, PodOutside,
    ];
}
