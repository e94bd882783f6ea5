using Microsoft.Win32.SafeHandles;

namespace Straum.Linux.Interop;

/// <summary>
/// libbpf 1.x, under its own names. Functions that return int give a negative errno on failure; functions that return a
/// pointer give null and leave the number in errno.
/// </summary>
internal static partial class Libbpf
{
    /// <summary>The run-time name: the plain one is only installed for development. Found beside the program too.</summary>
    internal const string Library = "libbpf.so.1";

    /// <summary>Takes a descriptor, or names the failure.</summary>
    internal static SafeFileHandle Own(int fdOrError, string operation, string subject) =>
        fdOrError >= 0 ? Libc.Own(fdOrError) : throw new LinuxException(operation, subject, (Errno)(-fdOrError));

    internal static void Check(int result, string operation, string subject)
    {
        if (result < 0)
        {
            throw new LinuxException(operation, subject, (Errno)(-result));
        }
    }
}
