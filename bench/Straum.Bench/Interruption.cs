using System.Runtime.InteropServices;

namespace Straum.Bench;

/// <summary>
/// Signals that ask the benchmark to end: after the first it removes what it made, the second ends it at once. What it has
/// started runs in sessions of its own, so that Ctrl-C at the terminal reaches nobody else.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _exitCode;

    public Interruption() => _registrations = [Register(PosixSignal.SIGHUP, 1), Register(PosixSignal.SIGINT, 2), Register(PosixSignal.SIGTERM, 15)];

    public CancellationToken Token => _stop.Token;

    /// <summary>As shells have it: 128 + the number of the first signal; 0 before it.</summary>
    public int ExitCode => Volatile.Read(ref _exitCode);

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
        _stop.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, context =>
    {
        if (Interlocked.CompareExchange(ref _exitCode, 128 + number, 0) == 0)
        {
            context.Cancel = true;
            _stop.Cancel();
        }
    });
}
