using System.Collections.Immutable;
using Straum.Control.Problems;

namespace Straum.Control.Services;

/// <summary>All frontends that this node shall have, and what kept others from being among them.</summary>
/// <param name="Frontends">
/// Ordered by Service, then by kind, port, protocol, address and scope. No two share address, port, protocol
/// and scope.
/// </param>
/// <param name="Problems">Ordered by object.</param>
public sealed record ServicePlan(ImmutableArray<FrontendSpec> Frontends, ImmutableArray<Problem> Problems)
{
    public static ServicePlan Empty { get; } = new([], []);
}
