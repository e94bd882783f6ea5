using System.Runtime.InteropServices;

namespace Straum.Linux.Interop;

internal static partial class Libc
{
    internal const int SIGKILL = 9;
    internal const int MEMBARRIER_CMD_GLOBAL = 1;

    /// <summary>x86-64 and arm64.</summary>
    internal static nint SYS_membarrier { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 283 : 324;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int kill(int pid, int signal);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint syscall(nint number, nint first, nint second, nint third);
}
