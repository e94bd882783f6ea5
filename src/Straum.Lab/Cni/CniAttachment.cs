using System.Text.Json.Nodes;

namespace Straum.Lab.Cni;

/// <summary>One pod's place in the network, as the runtime names it towards the plugins.</summary>
/// <param name="ContainerId">Unique for every sandbox: a pod that is set up again gets a new one.</param>
/// <param name="Namespace">Path of the pod's network namespace; null when it is gone, which only DEL accepts.</param>
/// <param name="Interface">Name of the interface in it.</param>
public sealed record CniAttachment(string ContainerId, string? Namespace, string Interface = "eth0")
{
    /// <summary><c>CNI_ARGS</c>: who the pod is.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Arguments { get; init; } = [];

    /// <summary>Capability arguments by name (portMappings, bandwidth, …), given to plugins that declare them.</summary>
    public JsonObject? Capabilities { get; init; }

    /// <summary>What ADD returned; goes to CHECK and DEL as <c>prevResult</c>.</summary>
    public JsonObject? Result { get; init; }
}
