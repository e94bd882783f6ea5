using System.Buffers;

namespace Straum.Linux;

/// <summary>
/// Files that others read at any moment: they see the old content or the new one, also after a power loss, and a program that is
/// running keeps the file it was started from.
/// </summary>
public static class DurableFile
{
    /// <summary>0644.</summary>
    public const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const string Unfinished = ".new";
    private const int UniqueLength = 32;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>Puts the content there in one step, unless the file has it already. Directories above are made.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Whatever the umask is. Nobody whom the mode does not let can read the content at any moment.</param>
    /// <returns>Whether anything was written. It is durable either way.</returns>
    /// <exception cref="IOException">The directory cannot be written; the old file is untouched.</exception>
    /// <exception cref="LinuxException">The directory cannot be opened or synced.</exception>
    public static bool Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = Readable)
    {
        try
        {
            MakeFolderOf(path);
            var directory = FolderOf(path);
            // Without a lock: whoever may read the directory could hold it, and this writer up.
            LeftoversOf(path).Where(IsOld).ToList().ForEach(File.Delete);
            var written = !Has(path, content, mode);
            if (written)
            {
                Replace(path, content, mode);
            }
            // Also when it was there: whoever wrote it may have ended before this.
            DurableDirectory.Sync(directory);
            return written;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Removes a file, if it is there, and what interrupted writes of it left. A write at the same moment may fail.</summary>
    public static void Remove(string path)
    {
        List<string> files = [.. LeftoversOf(path), .. File.Exists(path) ? [path] : Array.Empty<string>()];
        if (files.Count > 0)
        {
            files.ForEach(File.Delete);
            DurableDirectory.Sync(FolderOf(path));
        }
    }

    /// <summary>Makes the folder that a file needs. Returns the folders that were missing, the innermost first.</summary>
    public static IReadOnlyList<string> MakeFolderOf(string path)
    {
        var missing = new List<string>();
        for (var folder = FolderOf(path); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            missing.Add(folder);
        }
        if (missing.Count > 0)
        {
            Directory.CreateDirectory(missing[0]);
            missing.ForEach(static f => DurableDirectory.Sync(FolderOf(f)));
        }
        return missing;
    }

    private static bool Has(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        try
        {
            return File.Exists(path) && File.GetUnixFileMode(path) == mode && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);
        }
        catch (IOException)
        {
            // Removed since, or somebody who may read it holds it by flock(2), and .NET reads no such file. A new one is nobody's.
            return false;
        }
    }

    private static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        // Not RandomNumberGenerator: it loads OpenSSL, and a host that is tuned need not have it.
        var temporary = $"{TemporaryOf(path)}{Guid.NewGuid():N}{Unfinished}";
        try
        {
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
            {
                file.Write(content);
                File.SetUnixFileMode(file.SafeFileHandle, mode);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static IEnumerable<string> LeftoversOf(string path)
    {
        var (folder, begin) = (FolderOf(path), TemporaryOf(path));
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Where(f => f.Length == begin.Length + UniqueLength + Unfinished.Length
                && f.StartsWith(begin, StringComparison.Ordinal) && f.EndsWith(Unfinished, StringComparison.Ordinal)
                && f.AsSpan(begin.Length, UniqueLength).IndexOfAnyExcept(Hexadecimal) < 0)
            : [];
    }

    // No write takes an hour: whoever began this one was killed.
    private static bool IsOld(string leftover) => DateTime.UtcNow - File.GetLastWriteTimeUtc(leftover) > TimeSpan.FromHours(1);

    /// <summary>
    /// What temporary names begin with. Beside its place, since only a rename within one file system is one step; they end in no
    /// extension that a runtime or systemd reads.
    /// </summary>
    private static string TemporaryOf(string path) => Path.Combine(FolderOf(path), $".{Path.GetFileName(path)}.");

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
