using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>
/// A thread that sleeps until a descriptor is readable, calls back, and ends cleanly when disposed. The callback runs on
/// this thread only and must drain the descriptor.
/// </summary>
internal sealed class WakeableThread : IDisposable
{
    private readonly SafeFileHandle _source;
    private readonly SafeFileHandle _wake;
    private readonly Action _onReadable;
    private readonly Action<Exception> _onFault;
    private readonly Thread _thread;
    private bool _disposed;

    /// <param name="name">Shown by ps and debuggers.</param>
    /// <param name="source">Must stay open until this object is disposed.</param>
    /// <param name="onReadable">Called each time there is something to read.</param>
    /// <param name="onFault">Called once, instead of crashing the process, when the callback or the wait throws; the thread ends.</param>
    public WakeableThread(string name, SafeFileHandle source, Action onReadable, Action<Exception> onFault)
    {
        _source = source;
        _onReadable = onReadable;
        _onFault = onFault;
        _wake = Libc.Own(Libc.eventfd(0, Libc.EFD_CLOEXEC));
        if (_wake.IsInvalid)
        {
            throw LinuxException.FromLastError("eventfd create", name);
        }
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Ends the thread and waits for it: after this the callback does not run. Not to be called from the callback.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        Wake();
        _thread.Join();
        _wake.Dispose();
    }

    private unsafe void Wake()
    {
        ulong one = 1;
        _ = Libc.write(_wake, &one, sizeof(ulong));
    }

    private void Run()
    {
        try
        {
            while (WaitReadable())
            {
                _onReadable();
            }
        }
        catch (Exception e)
        {
            _onFault(e);
        }
    }

    /// <summary>Returns <c>false</c> when the thread is to end.</summary>
    private unsafe bool WaitReadable()
    {
        var fds = stackalloc Libc.pollfd[2];
        while (true)
        {
            fds[0] = new Libc.pollfd { fd = (int)_source.DangerousGetHandle(), events = Libc.POLLIN };
            fds[1] = new Libc.pollfd { fd = (int)_wake.DangerousGetHandle(), events = Libc.POLLIN };
            if (Libc.poll(fds, 2, -1) >= 0)
            {
                return fds[1].revents == 0;
            }
            if (Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                throw LinuxException.FromLastError("poll", _thread.Name ?? "");
            }
        }
    }
}
