using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>Programs that are running at this moment.</summary>
public static class RunningPrograms
{
    /// <summary>
    /// Returns when every program that ran at the call has ended, on every processor: whoever runs now sees what was written
    /// before. It is membarrier(2), MEMBARRIER_CMD_GLOBAL, which waits for a grace period of RCU; programs are readers of it.
    /// Some milliseconds. Linux 4.3.
    /// </summary>
    /// <exception cref="LinuxException">EINVAL on a kernel with nohz_full processors, which does not offer it.</exception>
    public static void WaitForEnd()
    {
        if (Libc.syscall(Libc.SYS_membarrier, Libc.MEMBARRIER_CMD_GLOBAL, 0, 0) != 0)
        {
            throw LinuxException.FromLastError("membarrier", "global");
        }
    }
}
