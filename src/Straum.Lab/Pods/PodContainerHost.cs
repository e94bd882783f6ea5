using System.Net;
using Straum.Kubernetes.Events;
using Straum.Lab.Pods.Containers;
using Straum.Lab.Pods.Manifest;
using Straum.Lab.Processes;
using Straum.Linux;

namespace Straum.Lab.Pods;

/// <summary>Runs a pod's containers in the pod's namespace and below the pod's cgroup.</summary>
internal sealed class PodContainerHost(PodWorker worker, NodeEnvironment node) : IContainerHost
{
    private string NetworkNamespace => worker.Sandbox.NetworkNamespace is { } name ? LabPaths.Namespace(name) : node.NetworkNamespace;

    private IReadOnlyList<IPAddress> PodIPs => worker.Sandbox.NetworkNamespace is null ? node.Addresses : worker.Sandbox.PodIPs;

    public LabProcess Start(ContainerManifest container)
    {
        var command = Resolve(container);
        if (command.Arguments.Count == 0)
        {
            throw new IOException("it has no command: a container of the lab is a command on the host");
        }
        var log = Path.Combine(LabPaths.PodLogs(worker.Pod.Namespace, worker.Pod.Name), container.Name + ".log");
        if (File.Exists(log))
        {
            File.Move(log, Path.ChangeExtension(log, ".previous.log"), overwrite: true);
        }
        return LabProcess.Start(NetworkNamespace, Spec(container, command, log));
    }

    public void Kill(ContainerManifest container)
    {
        if (ControlGroup.TryOpen(CgroupOf(container), out var group))
        {
            group.Kill();
        }
    }

    public Task<string?> Probe(ProbeAction action, ContainerManifest container, CancellationToken stop) => action is ProbeAction.Exec exec
        ? ExecuteAsync(exec, container, stop)
        : node.Prober.AttemptAsync(action, PodIPs is [var first, ..] ? first : null, stop);

    public void Changed() => worker.Changed();

    public void Report(EventSeverity severity, string reason, string message) => worker.Report(severity, reason, message);

    private ContainerCommand Resolve(ContainerManifest container) =>
        ContainerCommand.Resolve(worker.Pod, container, node.Addresses, PodIPs, node.SearchPath);

    private string CgroupOf(ContainerManifest container) => LabCgroups.Container(node.Name, worker.Pod.Uid, container.Name);

    private ProcessSpec Spec(ContainerManifest container, ContainerCommand command, string output) => new()
    {
        FileName = command.Arguments[0],
        Arguments = [.. command.Arguments.Skip(1)],
        Environment = command.Environment.ToDictionary(v => v.Key, v => (string?)v.Value),
        CleanEnvironment = true,
        WorkingDirectory = container.WorkingDirectory,
        ControlGroup = ControlGroup.Create(CgroupOf(container)),
        OutputFile = output,
        NewSession = true,
    };

    private async Task<string?> ExecuteAsync(ProbeAction.Exec exec, ContainerManifest container, CancellationToken stop)
    {
        var command = Resolve(container) with { Arguments = exec.Command };
        var process = LabProcess.Start(NetworkNamespace, Spec(container, command, "/dev/null"));
        try
        {
            var exit = await process.Exited.WaitAsync(stop);
            return exit.Succeeded ? null : exit.ToString();
        }
        finally
        {
            process.Kill();
        }
    }
}
