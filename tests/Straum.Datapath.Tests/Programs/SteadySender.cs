using System.Runtime.ExceptionServices;

namespace Straum.Datapath.Tests.Programs;

/// <summary>
/// Sends without a pause on a thread of its own, and counts. What a device's queue drops is not told to the sender, so
/// compare with what the device has sent.
/// </summary>
internal sealed class SteadySender : IDisposable
{
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _sending = new();
    private volatile bool _ended;
    private ulong _sent;
    private ExceptionDispatchInfo? _refused;

    /// <summary>Returns when the first frame was sent, or refused.</summary>
    public SteadySender(Action send)
    {
        _thread = new Thread(() => Run(send)) { IsBackground = true };
        _thread.Start();
        _sending.Wait();
    }

    /// <summary>Stops. How many were sent; throws what sending threw.</summary>
    public ulong End()
    {
        Join();
        _refused?.Throw();
        return _sent;
    }

    public void Dispose()
    {
        Join();
        _sending.Dispose();
    }

    private void Join()
    {
        _ended = true;
        _thread.Join();
    }

    private void Run(Action send)
    {
        try
        {
            while (!_ended)
            {
                send();
                _sent++;
                _sending.Set();
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // On this thread it would end the whole run.
            _refused = ExceptionDispatchInfo.Capture(e);
            _sending.Set();
        }
    }
}
