using System.Runtime.InteropServices;
using System.Text;
using Straum.Linux;

namespace Straum.Cli.Terminal;

/// <summary>
/// Files that the user names on a command line, and what is said when one cannot be used: which file, what is wrong with it, what
/// to do. The runtime's own texts name neither a directory nor a fix.
/// </summary>
internal static class UserFile
{
    /// <summary>Characters: 4 MiB, which is more than an object of Kubernetes or a release of Helm can have.</summary>
    public const int LongestText = 4 << 20;

    /// <param name="file">As it was typed.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="expected">What to name instead, to follow "name": <c>straum.yaml, or a ConfigMap with that key</c>.</param>
    /// <exception cref="CommandFault">It cannot be read.</exception>
    public static T Read<T>(string file, Func<string, T> read, string expected)
    {
        try
        {
            return read(file);
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            throw Fault($"read {Named(file)}", file, e, "there is no such file", $"name {expected}");
        }
    }

    /// <summary>
    /// The text of a file of settings. It may come through a pipe, <c>&lt;(helm get values cilium)</c>, and of one that does not end,
    /// a device for one, no more is taken than such a file can have.
    /// </summary>
    /// <param name="file">As it was typed; <c>-</c> reads stdin.</param>
    /// <param name="expected">What to name instead, to follow "name".</param>
    /// <exception cref="CommandFault">It cannot be read, or is longer than <see cref="LongestText"/>.</exception>
    public static string ReadText(string file, string expected) => file is "-" ? Bounded(Console.In, "stdin", expected) : Read(file, path =>
    {
        using var reader = new StreamReader(path);
        return Bounded(reader, path, expected);
    }, expected);

    /// <summary>A file to write to, before there is anything to write: who cannot have it learns so at once.</summary>
    /// <param name="file">As it was typed.</param>
    /// <param name="mode">What becomes of one that is there.</param>
    /// <param name="rights">Of a new one; null for what the user's umask leaves.</param>
    /// <exception cref="CommandFault">It cannot be written.</exception>
    public static FileStream Open(string file, FileMode mode, UnixFileMode? rights = null)
    {
        try
        {
            // Without a buffer, which would be written, and refused, once more when the file is closed.
            return new FileStream(file, new FileStreamOptions { Mode = mode, Access = FileAccess.Write, UnixCreateMode = rights, BufferSize = 0 });
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            throw Fault($"write {Named(file)}", file, e, "there is no directory for it", "make the directory first, or name a file in another");
        }
    }

    /// <exception cref="CommandFault">There is no such directory.</exception>
    public static void RequireDirectory(string what, string directory, string fix)
    {
        if (!Directory.Exists(directory))
        {
            throw new CommandFault(what, File.Exists(directory) ? $"{directory} is no directory" : $"there is no directory {Named(directory)}", fix);
        }
    }

    /// <summary>What the kernel says; the runtime puts the path behind it once more.</summary>
    public static string Reason(Exception e) => e is IOException && e.HResult is > 0 and < 256 ? Marshal.GetPInvokeErrorMessage(e.HResult) : e.Message.TrimEnd('.');

    private static string Bounded(TextReader reader, string name, string expected)
    {
        var text = new StringBuilder();
        var block = new char[1 << 16];
        while (reader.ReadBlock(block) is > 0 and var read)
        {
            if (text.Length + read > LongestText)
            {
                throw new CommandFault($"read {name}", "it has more than 4 MiB", $"name {expected}");
            }
            text.Append(block, 0, read);
        }
        return text.ToString();
    }

    private static bool IsOfTheFile(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentException { ParamName: "path" };

    private static CommandFault Fault(string what, string file, Exception e, string absent, string fix) => e switch
    {
        ArgumentException => new CommandFault(what, "that is no file's name", fix, inner: e),
        // The runtime says of one that access is denied.
        _ when Directory.Exists(file) => new CommandFault(what, "it is a directory", "name a file in it", inner: e),
        FileNotFoundException or DirectoryNotFoundException => new CommandFault(what, absent, fix, inner: e),
        UnauthorizedAccessException => new CommandFault(what, "permission denied", Environment.IsPrivilegedProcess ? null : "run it as root", inner: e),
        IOException { HResult: (int)Errno.EEXIST } => new CommandFault(what, "it is there already", "name another, or remove it first", inner: e),
        _ => new CommandFault(what, Reason(e), inner: e),
    };

    private static string Named(string file) => file is "" ? "''" : file;
}
