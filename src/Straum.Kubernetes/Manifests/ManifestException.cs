namespace Straum.Kubernetes.Manifests;

/// <summary>A manifest that cannot be used as it stands.</summary>
internal sealed class ManifestException(long line, string field, string expectation) : Exception($"line {line}: {field}: {expectation}")
{
    /// <summary>Where to look, as in "line 12, spec.ports[0].port".</summary>
    public string Place { get; } = field.Length == 0 ? $"line {line}" : $"line {line}, {field}";

    /// <summary>What was expected there and what was found.</summary>
    public string Expectation { get; } = expectation;
}
