using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

/// <summary>An endpoint of one Service port, before anyone has chosen: what it would be as a backend, and its hints.</summary>
internal readonly record struct Endpoint(BackendSpec Backend, SliceEndpoint Source)
{
    public bool IsReady => Backend.Ready;

    public bool IsLocal => Backend.Local;

    /// <summary>On its way out but still answering: better than nothing.</summary>
    public bool CanStandIn => Backend is { Ready: false, Serving: true, Terminating: true };

    public bool IsHintedForNode(string node) => Contains(Source.NodeHints, node);

    public bool IsHintedForZone(string zone) => Contains(Source.ZoneHints, zone);

    private static bool Contains(ValueArray<string> hints, string name) => hints.AsSpan().Contains(name);
}
