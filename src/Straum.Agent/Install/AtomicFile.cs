using Straum.Linux;

namespace Straum.Agent.Install;

/// <summary>
/// Files that others read at any moment: they see the old content or the new one, also after a power loss, and a program that is
/// running keeps the file it was started from.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Puts the content there in one step, unless the file has it already. Directories above are made.</summary>
    /// <returns>Whether anything was written.</returns>
    /// <exception cref="IOException">The directory cannot be written; the old file is untouched.</exception>
    public static bool Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        try
        {
            return WriteIfOther(path, content, mode);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static bool WriteIfOther(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        if (File.Exists(path) && File.GetUnixFileMode(path) == mode && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            return false;
        }
        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        // Beside its place, since only a rename within one file system is one step; its name ends in no extension that a runtime reads.
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Environment.ProcessId}");
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(file, content, 0);
                File.SetUnixFileMode(file, mode);
                RandomAccess.FlushToDisk(file);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        DurableDirectory.Sync(directory);
        return true;
    }
}
