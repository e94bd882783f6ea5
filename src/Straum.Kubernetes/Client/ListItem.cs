using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Client;

/// <summary>One item of a list: an object, or the problem that kept us from reading it.</summary>
public readonly record struct ListItem<T>(T? Object, DecodeProblem? Problem)
    where T : KubernetesObject;
