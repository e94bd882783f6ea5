using Microsoft.Extensions.Logging;
using Straum.Lab.ApiServer;

namespace Straum.Lab.Controllers;

/// <summary>The controllers of one server, each in a loop of its own.</summary>
internal sealed class ControllerHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops;

    /// <summary>Starts those of the controllers that <paramref name="set"/> contains.</summary>
    /// <param name="quarantine">How long a node must be missing before its pods are given up.</param>
    public ControllerHost(ControllerContext context, ControllerSet set, ILogger logger, TimeSpan? quarantine = null)
    {
        Controller[] all =
        [
            new DeploymentController(context),
            new ReplicaSetController(context),
            new SchedulerController(context),
            new EndpointSliceController(context),
            new NamespaceController(context),
            new GarbageCollector(context),
            new CustomResourceController(context),
            new EventExpiryController(context, EventExpiryController.DefaultLifetime),
            new PodGarbageCollector(context, quarantine ?? PodGarbageCollector.DefaultQuarantine),
        ];
        _loops = [.. all.Where(controller => set.Contains(controller.Name)).Select(controller =>
            Task.Run(() => new ControllerLoop(controller, context.Store, context.Clock, logger).RunAsync(_stopping.Token)))];
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_loops).ConfigureAwait(false);
        _stopping.Dispose();
    }
}
