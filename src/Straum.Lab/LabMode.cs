namespace Straum.Lab;

/// <summary>How the nodes of a lab carry pod traffic to each other; the agent's <c>routing.mode</c>.</summary>
public enum LabMode
{
    /// <summary>Plain routes to the other nodes' pod CIDRs; nothing is encapsulated.</summary>
    Native,

    /// <summary>One VXLAN device per node.</summary>
    Vxlan,
}
