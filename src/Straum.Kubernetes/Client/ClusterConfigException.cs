namespace Straum.Kubernetes.Client;

/// <summary>A cluster configuration that is missing, incomplete, or asks for something we refuse.</summary>
public sealed class ClusterConfigException(string source, string reason, Exception? inner = null)
    : Exception($"{source}: {reason}", inner);
