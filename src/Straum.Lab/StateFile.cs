using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Straum.Lab;

/// <summary>Small JSON files that other processes read while they change: replaced by rename, so never seen half written.</summary>
internal static class StateFile
{
    public static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Unique, because two writers of one file may overlap; the last rename wins.
        var temporary = $"{path}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(value, type));
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Writes a file that only its owner may read.</summary>
    public static void WriteSecret(string path, string content)
    {
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(path, content);
    }

    /// <summary>Null when there is no such file or it is of another form.</summary>
    public static T? Read<T>(string path, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
