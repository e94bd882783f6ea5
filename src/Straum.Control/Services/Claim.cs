using System.Net;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

/// <summary>What only one Service can have.</summary>
internal readonly record struct Claim(IPAddress Address, ushort Port, Protocol Protocol)
{
    public static Claim Of(FrontendSpec frontend) => new(frontend.Address, frontend.Port, frontend.Protocol);
}
