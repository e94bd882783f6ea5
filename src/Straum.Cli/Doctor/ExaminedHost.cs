using Straum.Cli.Agents;
using Straum.Doctor.Hosts;
using Straum.Lab;
using Straum.Lab.Topology;
using Straum.Linux;

namespace Straum.Cli.Doctor;

/// <summary>Opens what <c>doctor</c> and <c>report</c> look at: this machine, or a node of the lab.</summary>
internal static class ExaminedHost
{
    /// <param name="node">--node; null for this machine. <see cref="Terminal.CommandFault"/> when the lab has none of that name.</param>
    /// <param name="options">What else the user said.</param>
    /// <param name="socket">--socket; null for that of the node's own agent.</param>
    public static LinuxHost Open(string? node, DoctorOptions options, string? socket = null)
    {
        if (node is null)
        {
            return new LinuxHost(options with { AgentSocket = socket ?? AgentSockets.Default.Own });
        }
        var own = AgentSockets.Default.Find(node, [])[0].Path;
        return new LinuxHost(
            options with { AgentSocket = socket ?? own, LabNode = new LabNode(node, LabPaths.NodeConfig(node), LabPaths.Log(node)) },
            NetworkNamespace.Open(NodePlan.NamespaceOf(node)));
    }
}
