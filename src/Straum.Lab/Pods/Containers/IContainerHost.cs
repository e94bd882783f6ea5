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

    /// <summary>An Event on the pod.</summary>
    /// <param name="type">Normal or Warning.</param>
    /// <param name="reason">One word in the kubelet's vocabulary.</param>
    /// <param name="message">For people.</param>
    void Report(string type, string reason, string message);
}
