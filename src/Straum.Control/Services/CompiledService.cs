using System.Collections.Immutable;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

/// <summary>One Service compiled for this node, before it is compared with the others.</summary>
internal sealed record CompiledService(Service Service, ImmutableArray<FrontendSpec> Frontends, ImmutableArray<Problem> Problems);
