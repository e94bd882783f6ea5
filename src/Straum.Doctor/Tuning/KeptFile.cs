using System.Text;
using System.Text.Json.Serialization;
using Straum.Linux;

namespace Straum.Doctor.Tuning;

/// <summary>A file that was there under a name of Straum's own, and is somebody's.</summary>
/// <param name="Link">What the link says, when it is one.</param>
/// <param name="Content">To the byte; of a link, of what it leads to.</param>
/// <param name="Mode">Of the file; not of a link.</param>
/// <param name="Owner">Of the file, or of the link.</param>
public sealed record KeptFile(string? Link, byte[] Content, UnixFileMode Mode, FileOwner Owner)
{
    [JsonIgnore]
    public string Text => Encoding.UTF8.GetString(Content);

    /// <summary>What is there now; null when nothing is.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static KeptFile? Of(TunePaths paths, string path)
    {
        var link = new FileInfo(path).LinkTarget;
        return link is null && !File.Exists(path) ? null
            : new KeptFile(link, paths.ReadBytes(path) ?? [], link is null ? File.GetUnixFileMode(path) : DurableFile.Readable, FileOwner.Of(path));
    }

    /// <summary>Makes it as it was.</summary>
    public void PutBack(string path)
    {
        if (Link is null)
        {
            DurableFile.Write(path, Content, Mode);
        }
        else
        {
            DurableFile.Remove(path);
            File.CreateSymbolicLink(path, Link);
            DurableDirectory.Sync(Path.GetDirectoryName(path)!);
        }
        Owner.Give(path);
    }
}
