namespace Straum.Kubernetes.Objects;

/// <summary>The labels and annotations of others that we act on.</summary>
public static class WellKnown
{
    /// <summary>On an EndpointSlice: the Service that it belongs to.</summary>
    public const string ServiceName = "kubernetes.io/service-name";

    /// <summary>On a Service: another proxy than the cluster's default serves it.</summary>
    public const string ServiceProxyName = "service.kubernetes.io/service-proxy-name";

    /// <summary>On EndpointSlices of headless Services; the label alone counts, its value is empty.</summary>
    public const string Headless = "service.kubernetes.io/headless";

    /// <summary>On a Node: its zone.</summary>
    public const string Zone = "topology.kubernetes.io/zone";

    /// <summary>Our own annotations and types of conditions start with this.</summary>
    public const string Prefix = "straum.io/";

    /// <summary>Annotations that are kept when an object is decoded; all others are dropped unread.</summary>
    public static bool KeepsAnnotation(ReadOnlySpan<byte> key) => key.StartsWith("straum.io/"u8);
}
