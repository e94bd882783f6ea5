using Straum.Linux;

namespace Straum.Doctor.Tuning;

/// <summary>Files that are whole or absent, whatever happens.</summary>
internal static class DurableFile
{
    /// <summary>Replaces a file in one step; when it returns, that survives a power loss.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var next = path + ".new";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(next, path, overwrite: true);
        DurableDirectory.Sync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes a file, if it is there.</summary>
    public static void Remove(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
            DurableDirectory.Sync(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>Makes the folder that a file needs. Returns the folders that were missing, the innermost first.</summary>
    public static IReadOnlyList<string> MakeFolderOf(string path)
    {
        var missing = new List<string>();
        for (var folder = Path.GetDirectoryName(path); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            missing.Add(folder);
        }
        if (missing.Count > 0)
        {
            Directory.CreateDirectory(missing[0]);
            missing.ForEach(static f => DurableDirectory.Sync(Path.GetDirectoryName(f)!));
        }
        return missing;
    }
}
