namespace Straum.Kubernetes.Objects;

/// <summary>One of a Service's ports. Matched with EndpointSlice ports by name and protocol.</summary>
public sealed record ServicePort
{
    /// <summary>Empty when the Service has one unnamed port.</summary>
    public string Name { get; init; } = "";

    public Protocol Protocol { get; init; } = Protocol.Tcp;
    public required ushort Port { get; init; }

    /// <summary>As written: a number or the name of a container port. Already resolved in EndpointSlices.</summary>
    public string TargetPort { get; init; } = "";

    /// <summary>0 when the port has none.</summary>
    public ushort NodePort { get; init; }

    public string AppProtocol { get; init; } = "";
}
