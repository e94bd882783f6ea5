using System.Runtime.InteropServices;

namespace Straum.Linux;

/// <summary>
/// A kernel or libbpf call that failed: which operation, on which object, with which error, and what to do about it.
/// Absence is not an error here: lookups and deletes answer with a <c>bool</c>.
/// </summary>
public class LinuxException : Exception
{
    /// <param name="operation">What was tried, in the words of the tool an operator knows: <c>map create</c>, <c>route replace</c>.</param>
    /// <param name="subject">The object it was tried on.</param>
    /// <param name="errno">The error as the kernel gave it.</param>
    /// <param name="hint">What usually causes it or mends it; a general hint is given for refused privileges.</param>
    public LinuxException(string operation, string subject, Errno errno, string? hint = null)
        : base(Describe(operation, subject, errno, hint ??= GeneralHint(errno, Environment.IsPrivilegedProcess)))
    {
        Operation = operation;
        Subject = subject;
        Errno = errno;
        Hint = hint;
    }

    public string Operation { get; }

    public string Subject { get; }

    public Errno Errno { get; }

    public string? Hint { get; }

    /// <summary>From the error the last P/Invoke left. Call it on the line after the import: anything in between may overwrite the number.</summary>
    internal static LinuxException FromLastError(string operation, string subject, string? hint = null) =>
        new(operation, subject, (Errno)Marshal.GetLastPInvokeError(), hint);

    private static string Describe(string operation, string subject, Errno errno, string? hint)
    {
        var head = subject.Length == 0 ? operation : $"{operation} {subject}";
        return hint is null ? $"{head}: {errno} ({Text(errno)})" : $"{head}: {errno} ({Text(errno)}): {hint}";
    }

    private static string Text(Errno errno) => errno switch
    {
        Errno.ENOTSUPP => "Operation not supported",
        >= Errno.LibbpfElf => "libbpf's own error, see the details",
        _ => Marshal.GetPInvokeErrorMessage((int)errno),
    };

    internal static string? GeneralHint(Errno errno, bool isRoot) => errno switch
    {
        Errno.EPERM or Errno.EACCES when isRoot =>
            "root is not enough here: a container may lack CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_SYS_PTRACE or CAP_BPF, or a security module forbids it",
        Errno.EPERM or Errno.EACCES => "run as root, or with CAP_NET_ADMIN, CAP_SYS_ADMIN and CAP_BPF",
        _ => null,
    };
}
