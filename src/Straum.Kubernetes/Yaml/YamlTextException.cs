namespace Straum.Kubernetes.Yaml;

/// <summary>Text that is no YAML, or has no JSON form.</summary>
public sealed class YamlTextException(long line, string reason) : Exception($"line {line}: {reason}")
{
    /// <summary>Counted from 1.</summary>
    public long Line { get; } = line;

    public string Reason { get; } = reason;
}
