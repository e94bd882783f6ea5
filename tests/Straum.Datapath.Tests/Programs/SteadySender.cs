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

    /// <summary>Returns when the first frame was sent.</summary>
    public SteadySender(Action send)
    {
        _thread = new Thread(() => Run(send)) { IsBackground = true };
        _thread.Start();
        _sending.Wait();
    }

    /// <summary>Stops. How many were sent.</summary>
    public ulong End()
    {
        _ended = true;
        _thread.Join();
        return _sent;
    }

    public void Dispose()
    {
        End();
        _sending.Dispose();
    }

    private void Run(Action send)
    {
        while (!_ended)
        {
            send();
            _sent++;
            _sending.Set();
        }
    }
}
