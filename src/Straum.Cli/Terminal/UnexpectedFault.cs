using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Straum.Linux;

namespace Straum.Cli.Terminal;

/// <summary>
/// What is said of a failure that no command expected. The runtime's own texts are sentences around a path, and name neither the
/// error in the kernel's words nor a fix. What nobody but Straum can have caused is a bug and called one.
/// </summary>
internal static partial class UnexpectedFault
{
    /// <param name="command">As faults name it: lab status.</param>
    /// <param name="e">What came out of it.</param>
    public static CommandFault Of(string command, Exception e) => IsBug(e)
        ? new CommandFault(command, $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}", "this is a bug of Straum: report it with the lines below", inner: e)
        : new CommandFault(command, Why(e), Fix(e), inner: e);

    /// <summary>Its stack is worth more than its text: it may not come again.</summary>
    public static bool IsBug(Exception e) =>
        e is not (IOException or UnauthorizedAccessException or SocketException or JsonException or LinuxException) && !IsNoPath(e);

    /// <summary>The object, where the failure names one, and the error: <c>/run/x: permission denied</c>.</summary>
    public static string Why(Exception e)
    {
        if (IsNoPath(e))
        {
            return "an option or argument names a file, and is none's name";
        }
        var why = ErrnoOf(e) switch
        {
            Errno.ENOENT => "there is no such file",
            Errno.EACCES or Errno.EPERM => "permission denied",
            Errno.ENOSPC => "no space is left on the device",
            Errno.EDQUOT => "the quota is used up",
            Errno.EROFS => "the file system is read-only",
            Errno.EMFILE or Errno.ENFILE => "too many files are open",
            Errno.ENAMETOOLONG => "the name is too long",
            Errno.ENOTDIR => "something in the path is no directory",
            Errno.EISDIR => "it is a directory",
            Errno.ELOOP => "its links lead in a circle",
            Errno.EIO => "the device failed (EIO)",
            { } other when Enum.IsDefined(other) => $"{Marshal.GetPInvokeErrorMessage((int)other)} ({other})",
            _ => null,
        };
        return why is null ? (e is JsonException ? "what was read is no JSON of this version of Straum: " : "") + e.Message.ReplaceLineEndings(" ").TrimEnd('.')
            : SubjectOf(e) is { } subject ? $"{subject}: {why}" : why;
    }

    /// <summary>What the user can do about it; null when only the failure's own words could say.</summary>
    public static string? Fix(Exception e) => e is JsonException
        ? "the file or the agent is of another version, or the file is damaged"
        : IsNoPath(e) ? "is it empty?"
        : ErrnoOf(e) switch
        {
            Errno.EACCES or Errno.EPERM when !Environment.IsPrivilegedProcess => "run it as root",
            Errno.ENOSPC or Errno.EDQUOT => "make room, and run it again",
            Errno.EROFS => "mount it writable, or run it where it is",
            Errno.EMFILE => "ulimit -n raises the limit of this shell",
            Errno.ENFILE => "sysctl fs.file-max raises the limit of this host",
            Errno.EIO => "dmesg says more",
            _ => null,
        };

    // The runtime gives the kernel's number where it has no exception of its own.
    private static Errno? ErrnoOf(Exception e) => e switch
    {
        // It says what, to what, why and what to do itself.
        LinuxException or JsonException => null,
        FileNotFoundException or DirectoryNotFoundException => Errno.ENOENT,
        UnauthorizedAccessException { InnerException: IOException inner } => ErrnoOf(inner),
        UnauthorizedAccessException => Errno.EACCES,
        PathTooLongException => Errno.ENAMETOOLONG,
        IOException { InnerException: SocketException inner } => ErrnoOf(inner),
        SocketException { NativeErrorCode: > 0 and var code } => (Errno)code,
        IOException { HResult: > 0 and var code } => (Errno)code,
        _ => null,
    };

    // Whatever opens a file or directory says so of a name that cannot be one.
    private static bool IsNoPath(Exception e) => e is ArgumentException { ParamName: "path" };

    private static string? SubjectOf(Exception e) => Quoted().Match(e.Message) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex("'(/[^']*)'")]
    private static partial Regex Quoted();
}
