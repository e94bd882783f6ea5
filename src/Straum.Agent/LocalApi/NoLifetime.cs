using Microsoft.Extensions.Hosting;

namespace Straum.Agent.LocalApi;

/// <summary>Signals are the program's to handle: a web host's own lifetime would take SIGTERM from it.</summary>
public sealed class NoLifetime : IHostLifetime
{
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
