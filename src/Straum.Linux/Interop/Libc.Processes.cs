using System.Runtime.InteropServices;

namespace Straum.Linux.Interop;

internal static partial class Libc
{
    internal const int SIGKILL = 9;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int kill(int pid, int signal);
}
