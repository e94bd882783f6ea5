namespace Straum.Linux;

/// <summary>
/// Files that others read at any moment: they see the old content or the new one, also after a power loss, and a program that is
/// running keeps the file it was started from.
/// </summary>
public static class DurableFile
{
    /// <summary>0644.</summary>
    public const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Puts the content there in one step, unless the file has it already. Directories above are made.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Whatever the umask is. Nobody else can read the content at any moment.</param>
    /// <returns>Whether anything was written. It is durable either way.</returns>
    /// <exception cref="IOException">The directory cannot be written; the old file is untouched.</exception>
    /// <exception cref="LinuxException">The directory cannot be locked or synced.</exception>
    public static bool Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = Readable)
    {
        try
        {
            MakeFolderOf(path);
            var directory = FolderOf(path);
            // One writer at a time, so that the temporary name can always be the same: what an interrupted write left is then found.
            using var folder = DurableDirectory.Lock(directory);
            var written = !Has(path, content, mode);
            if (written)
            {
                Replace(path, content, mode);
            }
            // Also when it was there: whoever wrote it may have ended before this.
            DurableDirectory.Sync(folder, directory);
            return written;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Removes a file, if it is there, and what an interrupted write of it left.</summary>
    public static void Remove(string path)
    {
        if (File.Exists(path) || File.Exists(TemporaryOf(path)))
        {
            File.Delete(path);
            File.Delete(TemporaryOf(path));
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

    private static bool Has(string path, ReadOnlySpan<byte> content, UnixFileMode mode) =>
        File.Exists(path) && File.GetUnixFileMode(path) == mode && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);

    private static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var temporary = TemporaryOf(path);
        File.Delete(temporary);
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

    /// <summary>Beside its place, since only a rename within one file system is one step; it ends in no extension that a runtime or systemd reads.</summary>
    private static string TemporaryOf(string path) => Path.Combine(FolderOf(path), $".{Path.GetFileName(path)}.new");

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
