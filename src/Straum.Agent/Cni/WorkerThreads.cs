using System.Collections.Concurrent;

namespace Straum.Agent.Cni;

/// <summary>
/// A few threads for calls that block in the kernel, so that a burst of pods neither starves the thread pool that answers
/// the local API nor waits for it to grow. More would not help: the kernel makes devices one at a time (rtnl_lock).
/// </summary>
internal sealed class WorkerThreads : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public WorkerThreads(string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            new Thread(Work) { IsBackground = true, Name = $"{name} {i}" }.Start();
        }
    }

    /// <summary>Runs <paramref name="action"/> on one of the threads, in the order of the calls.</summary>
    public Task<T> RunAsync<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(action());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    public Task RunAsync(Action action) => RunAsync(() =>
    {
        action();
        return true;
    });

    /// <summary>Lets the threads end when what was given to them is done.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
