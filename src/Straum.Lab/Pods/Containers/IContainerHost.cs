using Straum.Kubernetes.Events;
using Straum.Lab.Pods.Manifest;
using Straum.Lab.Processes;

namespace Straum.Lab.Pods.Containers;

/// <summary>What a container stands on: its pod, as far as the container needs it.</summary>
internal interface IContainerHost
{
    /// <summary>Starts the container's main process in the pod's namespace and the container's cgroup.</summary>
    LabProcess Start(ContainerManifest container);

    /// <summary>SIGKILL to everything in the container's cgroup; does not wait.</summary>
    void Kill(ContainerManifest container);

    /// <summary>Probes once. Null is success, else the reason of the failure.</summary>
    Task<string?> Probe(ProbeAction action, ContainerManifest container, CancellationToken stop);

    /// <summary>The container's state changed.</summary>
    void Changed();

    /// <summary>An Event on the pod; the reason is one word in the kubelet's vocabulary.</summary>
    void Report(EventSeverity severity, string reason, string message);
}
