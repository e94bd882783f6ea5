using System.Net;

namespace Straum.Control.Services;

/// <summary>One endpoint that a frontend may choose. Shared between the frontends of its Service.</summary>
public sealed record BackendSpec
{
    public required IPAddress Address { get; init; }
    public required ushort Port { get; init; }

    /// <summary>Empty when unknown, as for endpoints outside the cluster.</summary>
    public string NodeName { get; init; } = "";

    public string Zone { get; init; } = "";

    /// <summary>On this node.</summary>
    public bool Local { get; init; }

    public bool Ready { get; init; }
    public bool Serving { get; init; }
    public bool Terminating { get; init; }
}
