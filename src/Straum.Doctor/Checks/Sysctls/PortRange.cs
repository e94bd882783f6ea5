using System.Globalization;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>Ports for outgoing connections must not be NodePorts.</summary>
internal sealed class PortRange : Check
{
    private const int NodePortsFirst = 30_000, NodePortsLast = 32_767;

    public override string Id => "ST-SY-001";

    public override string Title => "outgoing connections keep off NodePorts";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "A connection that the node opens takes a port of this range. If the range reaches into 30000–32767 it can take a NodePort or the port of a control plane component, which then cannot be bound or answers the wrong client.",
        Threshold: "warn when net.ipv4.ip_local_port_range overlaps 30000–32767 and net.ipv4.ip_local_reserved_ports does not take that out",
        Source: "kubernetes/kops#6342; Kubernetes' default --service-node-port-range",
        Fix: "sysctl -w net.ipv4.ip_local_reserved_ports=30000-32767");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Network.ReadText("/proc/sys/net/ipv4/ip_local_port_range") is not { } text || NumberFields.Split(text) is not [var first, var last])
        {
            return One(Finding.Unknown("net.ipv4.ip_local_port_range is not there"));
        }
        var reserved = host.Network.ReadText("/proc/sys/net/ipv4/ip_local_reserved_ports")?.Trim() ?? "";
        // The kernel's default begins at 32768, just after the NodePorts.
        var overlaps = NumberFields.Parse(first) <= NodePortsLast && NumberFields.Parse(last) >= NodePortsFirst;
        var measured = $"{first}-{last}{(reserved is "" ? "" : $" without {reserved}")}";
        return One(overlaps && !Covers(reserved)
            ? Finding.Warn(measured, fix: $"sysctl -w net.ipv4.ip_local_reserved_ports={(reserved is "" ? "" : reserved + ",")}30000-32767")
            : Finding.Pass(measured));
    }

    private static bool Covers(string reserved)
    {
        var free = Enumerable.Range(NodePortsFirst, NodePortsLast - NodePortsFirst + 1).ToHashSet();
        foreach (var range in reserved.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-').Select(static e => int.Parse(e, CultureInfo.InvariantCulture)).ToArray();
            free.RemoveWhere(port => port >= ends[0] && port <= ends[^1]);
        }
        return free.Count == 0;
    }
}
