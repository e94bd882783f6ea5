using System.Collections.Immutable;
using Straum.Control.Problems;

namespace Straum.Control.Routing;

/// <summary>How this node reaches the pods of the others, and which it cannot reach and why.</summary>
/// <param name="Spec">The same instance as long as nothing in it changes.</param>
/// <param name="Problems">Ordered by object.</param>
public sealed record RoutingPlan(RoutingSpec Spec, ImmutableArray<Problem> Problems);
