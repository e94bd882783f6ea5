using System.Threading.Channels;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Events;
using Straum.Lab.Cni;
using Straum.Lab.Pods.Containers;
using Straum.Lab.Pods.Manifest;
using Straum.Lab.Pods.Sandboxes;
using Straum.Lab.Pods.Status;
using Straum.Lab.Processes;
using Straum.Linux;

namespace Straum.Lab.Pods;

/// <summary>
/// One pod on its node, from the moment it is seen until its object is removed. The life is <see cref="RunAsync"/>, read
/// from top to bottom; what the API server says comes in by <see cref="Update"/> and <see cref="Forget"/>.
/// </summary>
internal sealed class PodWorker : IDisposable
{
    private readonly NodeEnvironment _node;
    private readonly PodStatus _status = new(DateTimeOffset.UtcNow);
    private readonly Backoff _backoff = new() { First = TimeSpan.FromMilliseconds(250), Longest = TimeSpan.FromSeconds(10) };
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _forgotten = new();
    private readonly CancellationTokenSource _outOfPatience = new();
    private readonly ContainerWorker[] _init;
    private readonly ContainerWorker[] _containers;
    // Containers change side by side: their record and its file are written one after the other.
    private readonly Lock _recording = new();
    private PodManifest _pod;
    private SandboxRecord _sandbox;

    /// <param name="pod">The pod as first seen.</param>
    /// <param name="node">Where it runs.</param>
    /// <param name="earlier">What an earlier supervisor left of it; null for a new pod.</param>
    public PodWorker(PodManifest pod, NodeEnvironment node, SandboxRecord? earlier)
    {
        _pod = pod;
        _node = node;
        _sandbox = earlier ?? SandboxRecord.For(pod);
        var host = new PodContainerHost(this, node);
        // An init container is over when it succeeded, whatever the policy of the others.
        var initPolicy = pod.RestartPolicy is RestartPolicy.Never ? RestartPolicy.Never : RestartPolicy.OnFailure;
        _init = [.. pod.InitContainers.Select(c => new ContainerWorker(c, initPolicy, host))];
        _containers = [.. pod.Containers.Select(c => new ContainerWorker(c, pod.RestartPolicy, host))];
    }

    /// <summary>The latest that the API server said.</summary>
    public PodManifest Pod => _pod;

    /// <summary>What the pod holds on the node.</summary>
    public SandboxRecord Sandbox => _sandbox;

    /// <summary>Takes a newer form of the same pod (the same UID).</summary>
    public void Update(PodManifest pod)
    {
        var before = _pod;
        _pod = pod;
        if (pod.Terminating && (!before.Terminating || pod.GracePeriod < before.GracePeriod))
        {
            _outOfPatience.CancelAfter(pod.GracePeriod);
            _stopping.Cancel();
        }
    }

    /// <summary>The object is gone, by a forced deletion: nothing is left to wait for.</summary>
    public void Forget()
    {
        _forgotten.Cancel();
        _outOfPatience.Cancel();
        _stopping.Cancel();
    }

    /// <summary>
    /// (1) sandbox; (2) init containers one after the other; (3) containers side by side, until all have ended for good or the
    /// pod is deleted; (4) stop what runs; (5) remove the sandbox; (6) wait for the deletion of a pod that ended by itself;
    /// (7) remove the object.
    /// When <paramref name="shutdown"/> fires it returns and leaves everything running for the next supervisor to adopt.
    /// </summary>
    public async Task RunAsync(CancellationToken shutdown)
    {
        if (_pod.Terminating)
        {
            _outOfPatience.CancelAfter(_pod.GracePeriod);
            await _stopping.CancelAsync();
        }
        using var live = CancellationTokenSource.CreateLinkedTokenSource(shutdown, _stopping.Token);
        var publishing = PublishAsync(shutdown);
        try
        {
            if (!_pod.Finished)
            {
                await LiveAsync(live.Token);
            }
        }
        catch (OperationCanceledException) when (!shutdown.IsCancellationRequested)
        {
            // Deleted, at whatever step it was.
        }

        // :: Step 4
        await Task.WhenAll(_init.Concat(_containers).Select(c => c.StopAsync(_outOfPatience.Token))).WaitAsync(shutdown);
        // :: Step 5
        await RemoveSandboxAsync(shutdown);
        // A pod that had ended before this supervisor saw it keeps the status that it has.
        if (!_pod.Finished)
        {
            Changed();
        }
        // :: Step 6
        await Task.Delay(Timeout.Infinite, live.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // :: Step 7
        _changes.Writer.Complete();
        await publishing;
        await DeleteObjectAsync(shutdown);
    }

    /// <summary>After <see cref="RunAsync"/> has ended, and when nobody calls <see cref="Update"/> or <see cref="Forget"/> any more.</summary>
    public void Dispose()
    {
        _stopping.Dispose();
        _forgotten.Dispose();
        _outOfPatience.Dispose();
    }

    /// <summary>Something that the status shows has changed.</summary>
    internal void Changed()
    {
        lock (_recording)
        {
            var running = _init.Concat(_containers).Select(c => c.Record).OfType<ContainerRecord>().ToArray();
            if (!running.SequenceEqual(_sandbox.Containers))
            {
                _sandbox = _sandbox with { Containers = running };
                _node.Store.Write(_sandbox);
            }
        }
        _changes.Writer.TryWrite(true);
    }

    internal void Report(EventSeverity severity, string reason, string message) => _node.Api.Report(_pod, severity, reason, message);

    private async Task LiveAsync(CancellationToken stop)
    {
        var adopted = Adopt();
        Changed();
        // :: Step 1
        await EnsureSandboxAsync(stop);
        Changed();
        // :: Step 2
        foreach (var worker in adopted ? [] : _init)
        {
            if (await worker.RunAsync(stop) is { Succeeded: false })
            {
                return;
            }
        }
        // :: Step 3
        await Task.WhenAll(_containers.Select(c => c.RunAsync(stop)));
    }

    // All containers first, and only then anything that writes the record or the status: a pod that is adopted shows no gap.
    private bool Adopt()
    {
        var adopted = false;
        foreach (var record in _sandbox.Containers)
        {
            if (_containers.FirstOrDefault(c => c.State.Name == record.Name) is { } worker)
            {
                worker.Adopt(record);
                adopted = true;
            }
        }
        if (adopted)
        {
            Array.ForEach(_init, static c => c.Skip());
        }
        return adopted;
    }

    private async Task EnsureSandboxAsync(CancellationToken stop)
    {
        if (_sandbox.ReadyAt is not null && (_sandbox.NetworkNamespace is not { } name || NetworkNamespace.Exists(name)))
        {
            return;
        }
        while (true)
        {
            try
            {
                // What a namesake wrote is not this pod's.
                if (Directory.Exists(LabPaths.PodLogs(_pod.Namespace, _pod.Name)))
                {
                    Directory.Delete(LabPaths.PodLogs(_pod.Namespace, _pod.Name), recursive: true);
                }
                _sandbox = await _node.Sandboxes.CreateAsync(_sandbox, stop);
                return;
            }
            catch (Exception e) when (e is CniException or LinuxException or LabException or IOException)
            {
                Report(EventSeverity.Warning, "FailedCreatePodSandBox", $"Failed to create pod sandbox: {e.Message}");
                _node.Log($"{_pod}: sandbox: {e.Message}");
            }
            // The next attempt is another container to the plugin, so that it can never mistake it for this one.
            await RemoveSandboxAsync(stop);
            _sandbox = SandboxRecord.For(_pod);
            await Task.Delay(_backoff.Next(TimeSpan.Zero), stop);
        }
    }

    private Task RemoveSandboxAsync(CancellationToken stop) => _node.Sandboxes.DestroyAsync(_node.Name, _sandbox, why =>
    {
        Report(EventSeverity.Warning, "FailedKillPod", $"Failed to remove pod sandbox: {why}");
        _node.Log(why);
    }, stop);

    private async Task PublishAsync(CancellationToken stop)
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync(stop))
        {
            await PublishOnceAsync(stop);
        }
    }

    private async Task PublishOnceAsync(CancellationToken stop)
    {
        while (!_forgotten.IsCancellationRequested)
        {
            // Composed in each attempt: while the API server was away, more may have changed.
            var status = _status.Compose(
                _pod, _node.Addresses, _sandbox.NetworkNamespace is null ? _node.Addresses : _sandbox.PodIPs,
                [.. _init.Select(c => c.State)], [.. _containers.Select(c => c.State)], DateTimeOffset.UtcNow);
            try
            {
                await _node.Api.PatchStatusAsync(_pod, status, stop);
                return;
            }
            catch (KubernetesException e)
            {
                _node.Log($"{_pod}: status: {e.Message}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
        }
    }

    private async Task DeleteObjectAsync(CancellationToken stop)
    {
        while (!_forgotten.IsCancellationRequested)
        {
            try
            {
                await _node.Api.DeleteAsync(_pod, stop);
                return;
            }
            catch (KubernetesException e)
            {
                _node.Log($"{_pod}: delete: {e.Message}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
        }
    }
}
