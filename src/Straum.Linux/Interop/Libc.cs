using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

[assembly: DisableRuntimeMarshalling]

namespace Straum.Linux.Interop;

/// <summary>
/// The C library, under its own names. Every import takes and returns blittable types or handles; a call that fails
/// leaves its number in the last P/Invoke error, which the caller turns into a <see cref="LinuxException"/> on the next line.
/// Variadic functions (open, fcntl) are declared with the arguments used here: on the Linux ABIs of x86-64, arm64 and
/// riscv64 integer arguments of a variadic call travel as in a plain one.
/// </summary>
internal static partial class Libc
{
    internal const string Library = "libc";

    internal const int EINTR = 4;

    /// <summary>
    /// Takes a descriptor that a call returned as int. Imports do not return handles themselves: C leaves the upper half of
    /// the register unsaid, so a failed call's -1 could look like a valid handle of 64 bits.
    /// </summary>
    internal static SafeFileHandle Own(int fd) => new(fd, ownsHandle: true);
}
