namespace Straum.Doctor.Hosts;

/// <summary>A node of a lab: a network namespace of this machine, with files of its own.</summary>
/// <param name="Name">The Node object's.</param>
/// <param name="Config">The agent's configuration file.</param>
/// <param name="Log">The agent's log file.</param>
public sealed record LabNode(string Name, string Config, string Log);
