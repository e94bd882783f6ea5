using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

/// <summary>An object that we could not read, and why. Its last good version stays in use.</summary>
/// <param name="Kind">The kind, as in "Service".</param>
/// <param name="Key">Its name; empty where not even that could be read.</param>
/// <param name="Field">The path of the field, as in "spec.ports[0].port".</param>
/// <param name="Expectation">What was expected there and what was found.</param>
public sealed record DecodeProblem(string Kind, NamespacedName Key, string Field, string Expectation);
