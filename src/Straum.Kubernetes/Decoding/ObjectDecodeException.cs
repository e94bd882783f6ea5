namespace Straum.Kubernetes.Decoding;

/// <summary>A field of an object does not hold what the API says it holds.</summary>
public sealed class ObjectDecodeException(string field, string expectation)
    : Exception(field.Length == 0 ? expectation : $"{field}: {expectation}")
{
    /// <summary>The path of the field, as in "spec.ports[1].port"; empty for the object itself.</summary>
    public string Field { get; } = field;

    /// <summary>What was expected and what was found.</summary>
    public string Expectation { get; } = expectation;
}
