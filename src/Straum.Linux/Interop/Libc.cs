using System.Runtime.CompilerServices;

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
}
