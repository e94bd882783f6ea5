using Straum.Control.Tuning;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>Ports for outgoing connections must not be NodePorts.</summary>
internal sealed class PortRange : Check
{
    public override string Id => "ST-SY-001";

    public override string Title => "outgoing connections keep off NodePorts";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "A connection that the node opens takes a port of this range. If the range reaches into 30000–32767 it can take a NodePort or the port of a control plane component, which then cannot be bound or answers the wrong client.",
        Threshold: "warn when net.ipv4.ip_local_port_range overlaps 30000–32767 and net.ipv4.ip_local_reserved_ports does not take that out",
        Source: "kubernetes/kops#6342; Kubernetes' default --service-node-port-range",
        Fix: "sysctl -w net.ipv4.ip_local_reserved_ports=" + TuningCatalogue.NodePorts);

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Network.ReadText("/proc/sys/net/ipv4/ip_local_port_range") is not { } text || NumberFields.Split(text) is not [var first, var last])
        {
            return One(Finding.Unknown("net.ipv4.ip_local_port_range is not there"));
        }
        var reserved = host.Network.ReadText("/proc/sys/net/ipv4/ip_local_reserved_ports")?.Trim() ?? "";
        // What of the NodePorts can be taken. The kernel's default range begins just after them, at 32768.
        var free = PortSet.Except($"{first}-{last}", reserved);
        var taken = PortSet.Except(free, PortSet.Except(free, TuningCatalogue.NodePorts));
        var measured = $"{first}-{last}{(reserved is "" ? "" : $" without {reserved}")}";
        return One(taken.Length > 0
            ? Finding.Warn(measured, fix: $"sysctl -w net.ipv4.ip_local_reserved_ports={PortSet.Union(reserved, TuningCatalogue.NodePorts)}")
            : Finding.Pass(measured));
    }
}
