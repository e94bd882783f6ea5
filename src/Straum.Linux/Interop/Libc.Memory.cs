using System.Runtime.InteropServices;

namespace Straum.Linux.Interop;

internal static partial class Libc
{
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_SHARED = 1;

    /// <summary>What <see cref="mmap"/> returns when it fails.</summary>
    internal const nint MAP_FAILED = -1;

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial nint mmap(void* address, nuint length, int protection, int flags, SafeHandle fd, long offset);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int munmap(nint address, nuint length);

    /// <summary>Formats for a <c>va_list</c>, which travels as a pointer on every 64-bit Linux ABI used here.</summary>
    [LibraryImport(Library)]
    internal static unsafe partial int vsnprintf(byte* buffer, nuint size, byte* format, void* arguments);
}
