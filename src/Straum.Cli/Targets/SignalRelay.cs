using System.Runtime.InteropServices;
using Straum.Linux;

namespace Straum.Cli.Targets;

/// <summary>
/// Hands signals on to a program that runs in the foreground of this one. Make it before the program is started: a signal
/// that comes in between is kept for it. Ctrl-C reaches the program through the terminal by itself, and what it makes of
/// that it decides; only where there is no terminal is SIGINT handed on too.
/// </summary>
internal sealed class SignalRelay : IDisposable
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly List<int> _kept = [];
    private NamespacedProcess? _process;

    public SignalRelay()
    {
        var interrupts = Console.IsInputRedirected;
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => HandOn(context, interrupts ? Interrupt : 0)));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => HandOn(context, Terminate)));
    }

    /// <summary>Waits for the program's end and returns its exit code.</summary>
    public async Task<int> WaitAsync(NamespacedProcess process)
    {
        lock (_lock)
        {
            _process = process;
            _kept.ForEach(signal => process.Signal(signal));
        }
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    public void Dispose() => _registrations.ForEach(static r => r.Dispose());

    private void HandOn(PosixSignalContext context, int signal)
    {
        context.Cancel = true;
        if (signal == 0)
        {
            return;
        }
        lock (_lock)
        {
            if (_process is null)
            {
                _kept.Add(signal);
            }
            else
            {
                _process.Signal(signal);
            }
        }
    }
}
